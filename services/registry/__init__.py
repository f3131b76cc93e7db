"""registry: only I spend capacity. Hears MatchSelected, ReplacementSelected, ArrangementRecorded, ConsentsCompleted, MatchLapsed,
MatchWithdrawn. Says CapacityHeld, HoldRefused, CapacityMoved, CapacityPlaced, HoldExpired, HoldReleased, CouncilRegistered,
PeerRegistered, CapacityOffered, PeerLeft, and the state of every council, peer and load."""
