"""requests: I hold what councils ask for, from its first word to its end. Hears SupportRequested and all that matcher and registry say of a
request. Says RequestOpened, RequestAmended, RequestRejected, RequestWithdrawn, QuestionRaised, QuestionAnswered, IntakeRefused,
SupportOffered, OfferAccepted, OfferRefused, OfferLapsed, RequestNoted, RequestEscalated, EscalationSettled."""
