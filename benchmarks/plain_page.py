"""The yardstick: a plain FastAPI page with one template and twenty rows from memory.

Served by the same server, on the same machine, in the same run as the pages it stands beside.
"""

import asyncio

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import Environment

from serving.listening import listening, serve_until_signalled, url_of

TEMPLATE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>任务</title></head><body><h1>任务</h1>
<table><tr><th>工单编号</th><th>状态</th><th>类别</th><th>地点</th><th>主办单位</th></tr>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</table></body></html>
"""
ROWS = [
    (f"DQ44010620261129{number:05}", "办理中", "养老服务", "石牌街道", "天河区民政局")
    for number in range(20)
]


def plain() -> FastAPI:
    """Return the application with its one page."""
    app, made = FastAPI(), Environment(autoescape=True).from_string(TEMPLATE)

    @app.get("/")
    def show() -> HTMLResponse:
        return HTMLResponse(made.render(rows=ROWS))

    return app


def main() -> None:
    listener = listening("127.0.0.1:0")

    def told() -> None:
        print(url_of(listener), flush=True)

    asyncio.run(serve_until_signalled(plain(), listener, told))


if __name__ == "__main__":
    main()
