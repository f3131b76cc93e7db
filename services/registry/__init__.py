"""registry: only I spend capacity. Hears MatchSelected, ReplacementSelected, ArrangementRecorded, ConsentsCompleted, MatchLapsed,
MatchWithdrawn, SupportCompleted, CoursePlaceGivenUp. Says CapacityHeld, HoldRefused, CapacityMoved, CapacityPlaced, CapacityReturned,
HoldExpired, HoldReleased, CouncilRegistered, PeerRegistered, CapacityOffered, PeerLeft, and the state of every council, peer, cohort and
load."""
