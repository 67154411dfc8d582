"""Everything that builds: bytecode, short names, the web page, the dashboard card, update packages, the release."""
