"""schemas: the contracts. What may be said on which topic, by whom, in which words; imports nothing of ours."""
