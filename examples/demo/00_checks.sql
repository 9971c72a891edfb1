-- How the demo checks itself: SELECT demo.expect(condition, 'what must be so')
CREATE SCHEMA demo;
GRANT USAGE ON SCHEMA demo TO PUBLIC;
CREATE FUNCTION demo.expect(condition boolean, what text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF condition IS NOT TRUE THEN
        RAISE EXCEPTION 'the demo expected: %', what;
    END IF;
END
$$;
