"""matcher: I propose, and follow through. Hears the facts of requests and registry and the registry's state. Says MatchSuggested,
MatchSelected, ConsentAsked, ConsentsCompleted, MatchPlaced, and what ends a match instead: refused, lapsed, withdrawn, unmet."""
