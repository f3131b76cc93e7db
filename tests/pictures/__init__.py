"""`make screenshots`: every page of the desk at two widths, from the whole machine with the demo's data, into docs/screenshots."""
