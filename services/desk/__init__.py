"""desk: the pages on which advisers decide. Owns sessions and what the pages show; commands go to the services that own the matter."""
