"""simulation: years of demand as plain files, decided by one policy and by another, with the matcher's own price and allocation."""
