"""The embedded service facility (嵌入式服务设施): from a proposal to the day it is closed.

Commands ask, facts remember, states say what may happen next. Start reading at `decider.py`;
the table it fulfils is printed in `docs/lifecycle.md`.
"""
