"""One way to say "is the whole ledger still true?", for every test that touches one."""

from audit.verify.verifying import Verdict, verify


def check_ledger(ledger_url: str) -> Verdict:
    """Assert that the auditor finds nothing wrong; the same code as `jiedui audit verify`."""
    verdict = verify(ledger_url)
    assert verdict.intact, "\n".join(map(str, verdict.faults))
    return verdict
