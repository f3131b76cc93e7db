-- migrate:up
-- An adviser's offer stands as offered until the council answers: it is then opened, or has ended as refused or lapsed.
alter table request drop constraint request_standing_check;
alter table request add constraint request_standing_check
    check (standing in ('open', 'question', 'rejected', 'withdrawn', 'offered', 'offer_refused', 'offer_lapsed'));
-- by when the council is to answer, what it said, who of it, how and when; null for what is no offer
alter table request add column offer json;

-- migrate:down
alter table request drop column offer;
alter table request drop constraint request_standing_check;
alter table request add constraint request_standing_check check (standing in ('open', 'question', 'rejected', 'withdrawn'));
