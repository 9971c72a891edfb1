-- Who gets which customer, by rules and methods (src/core/allocate).

CREATE FUNCTION highseas.plan_allocation(
    method text,
    customer_keys text[], customer_values double precision[], regions text[], classes text[], segments text[],
    rep_keys text[], rep_tiers text[], rep_ranks integer[], rep_weights double precision[], rep_loads integer[],
    rep_waiting_since timestamptz[],
    rep_region_reps text[], rep_region_regions text[],
    tree_regions text[], tree_parents text[],
    affinity_reps text[], affinity_segments text[], affinity_factors double precision[],
    tier_classes text[], tier_names text[],
    limit_reps text[], limit_kinds text[], limit_classes text[], limit_left integer[],
    past_customers text[], past_reps text[],
    least_share double precision DEFAULT NULL, most_share double precision DEFAULT NULL,
    rep_received double precision[] DEFAULT NULL, band_class text DEFAULT NULL, rep_received_of_class integer[] DEFAULT NULL,
    busy_reps text[] DEFAULT NULL, kinds text[] DEFAULT NULL, tier_kinds text[] DEFAULT NULL)
RETURNS TABLE (customer_key text, rep_key text, reason text, value double precision,
               next_rep_key text, next_value double precision, upper_bound double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 10000
AS 'MODULE_PATHNAME', 'highseas_plan_allocation';

COMMENT ON FUNCTION highseas.plan_allocation(text, text[], double precision[], text[], text[], text[], text[], text[], integer[], double precision[], integer[], timestamptz[], text[], text[], text[], text[], text[], text[], double precision[], text[], text[], text[], text[], text[], integer[], text[], text[], double precision, double precision, double precision[], text, integer[], text[], text[], text[]) IS
'Who gets which customer: one row for each customer, the most valuable first, with the rep, why he, what it is worth with him, and who else would have been worth most; or why nobody gets it. The same facts give the same plan, in whatever order they stand.
Parallel arrays: customer_keys, customer_values (what a sale is expected to bring: value times chance; finite, not negative), regions, classes, segments: the customers. rep_keys, rep_tiers, rep_ranks (the smaller first), rep_weights (above 0), rep_loads (how many he holds), rep_waiting_since: the reps. rep_region_*: the regions a rep covers; tree_*: each region''s parent. affinity_*: by which factor a rep changes the value of customers of a segment (NULL: of all segments without a row of their own; no row: 1), see rep_affinity(). tier_*: customers of this class and kind (NULL: any) go to reps of these tiers only, by the most specific rows that match: class and kind before class before kind. limit_*: what is left of each limit (capacity or quota), of a class or (NULL) of all. past_*: who held whom before, and never gets it again. Reps and customers that are not given are ignored in the last groups.
A rep with regions gets nothing outside of them and of what lies below them; a customer without a region may go to any rep. Who covers the nearest region comes first, in best_fit among those who make the same of it; to optimal regions are limits only.
method: serial (the nearest region, those without any region last; the smallest rank; then by turns, the longest wait first), weighted_turns (turns in proportion to the weights), least_loaded (the smallest load for his weight), best_fit (customer by customer to who makes the most of it), optimal (the greatest sum of values; exact for up to 10000 customers, beyond that by groups of region, class, segment and value). Who waits equally long is ordered by a hash of the rep and of all customers of the plan.
least_share, most_share (optimal only): each rep''s part of the value should be so many times his fair share, which goes by weight: 0.8 and 1.2 is a band of 20 %. Customers are moved and exchanged, the cheapest first, until all lie within, or nothing helps any more that takes nobody else out. rep_received, rep_received_of_class: what each rep got in the days before, which counts into his share. band_class: the customers of this class are shared out within the same band, too, in whole numbers.
busy_reps: who gets nothing this time, and whose share is nobody else''s loss.
reason: of an assignment: turn, least-load, best-fit (nobody is worth more), room (who is worth more has no room that is not worth more elsewhere), fairness (the band); of who stays: no-reps, no-region, no-tier, earlier-holder (all who may have it held it before), busy (a busy rep might have it), capacity or quota (the limit of the best of them), fairness.
upper_bound: optimal only, the same in each row: no plan under these rules, the band aside, is worth more in total; sum(value) against it is what grouping and band may have lost.
NULL: an array NULL = empty; elements of regions, classes, kinds, segments, rep_tiers, tree_parents, affinity_segments, limit_classes, tier_classes, tier_kinds: none, the top, all others, any; least_share, most_share, band_class = no such bound; rep_received, rep_received_of_class = nothing.
Errors: 22004 when method or another element is NULL; 22023 for an unknown method or kind, arrays of different lengths, a key or an affinity given twice, a number out of range, a band that is none or with another method, or a tree with a cycle; 22003 when a value times an affinity is out of range; 54000 for more than 500 million customers times reps, or more than 20 million reps times different (region, class, kind, segment).';

CREATE FUNCTION highseas.rep_affinity(won double precision, tried double precision, average double precision, prior double precision DEFAULT 20)
RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
AS 'MODULE_PATHNAME', 'highseas_rep_affinity';

COMMENT ON FUNCTION highseas.rep_affinity(double precision, double precision, double precision, double precision) IS
'A rep''s affinity to a segment from his own past: won of tried there, against the average share of all reps, shrunk towards 1 as if he had tried prior average ones more: (won + prior * average) / (tried + prior) / average (the mean of a beta distribution, as in empirical Bayes).
NULL when an argument is NULL.
Errors: 22023 unless 0 <= won <= tried, 0 < average <= 1 and prior > 0, all finite.';
