"""Build tool: makes bytecode, short names, the web page, the dashboard card, update packages and the release."""
