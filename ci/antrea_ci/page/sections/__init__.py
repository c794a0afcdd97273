"""The parts of the page, one a module; each function gives the HTML of what was gathered."""
