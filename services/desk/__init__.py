"""desk: the pages on which advisers decide. Owns sessions and what the pages show, made of all that is said about requests;
commands go to the services that own the matter."""
