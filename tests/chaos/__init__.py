"""What may break, broken on purpose: after every fault the five promises hold, counted on the real topics and databases."""
