"""What the tests share: servers, tools and builders; no test stands here."""
