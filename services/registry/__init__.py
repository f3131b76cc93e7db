"""registry: only I spend capacity. Hears MatchSelected, ArrangementRecorded, ConsentsCompleted, MatchLapsed, MatchWithdrawn.
Says CapacityHeld, HoldRefused, CapacityPlaced, HoldExpired, HoldReleased, CouncilRegistered, PeerRegistered, CapacityOffered, PeerLeft,
and the state of every council, peer and load."""
