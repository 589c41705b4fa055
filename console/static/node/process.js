// The verifier's command line is asked nothing here: only its `judge` is.
export default { argv: [], stdout: { write() {} } };
