"""Known bugs, planted one at a time in a copy of the tree, and the tests that must catch them."""
