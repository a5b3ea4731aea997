"""Gates of ad spend: every row once, every day there, every sum as the platform states it."""

from trueup.quality.gates import Gate, Severity

_SPEND = frozenset({"fact_ad_spend", "fact_ad_spend_hist"})

# Account days of reports that loads beyond {since} touched.
_TOUCHED = """
    select distinct source as platform, scope as account_id, window_day as platform_date
    from raw.windows
    where load_id > {since} and window_day is not null and stream in ('ad_days', 'campaign_days')
"""

SPEND_GATES = (
    Gate(
        name="spend_keys_unique",
        title="Every ad and day is current once",
        protects=_SPEND,
        sql=f"""
            select spend.platform, spend.account_id, spend.platform_date, spend.entity_id,
                count(*) as current_rows
            from core.fact_ad_spend_hist as spend
            inner join ({_TOUCHED}) as touched
                on spend.platform = touched.platform
                and spend.account_id = touched.account_id
                and spend.platform_date = touched.platform_date
            where spend.knowledge_to is null
            group by spend.platform, spend.account_id, spend.platform_date, spend.report_level,
                spend.entity_id
            having count(*) > 1
        """,
        explain="{platform} {account_id} {platform_date}: {entity_id} counts {current_rows} times",
        why="Spend would be counted more than once.",
        hint="Report it: the models must replace a day, never add to it.",
        owner="platform",
    ),
    Gate(
        name="spend_rows_complete",
        title="Every row of the newest answer is in the model",
        protects=_SPEND,
        sql=f"""
            with newest as (
                select source as platform, scope as account_id, window_day as platform_date,
                    arg_max(row_count, load_id) as landed_rows
                from raw.windows
                where stream = 'ad_days'
                group by source, scope, window_day
            ),
            modelled as (
                select spend.platform, spend.account_id, spend.platform_date, count(*) as rows_here
                from core.fact_ad_spend_hist as spend
                inner join ({_TOUCHED}) as touched
                    on spend.platform = touched.platform
                    and spend.account_id = touched.account_id
                    and spend.platform_date = touched.platform_date
                where spend.report_level = 'ad' and spend.knowledge_to is null
                    and not spend.is_deleted
                group by spend.platform, spend.account_id, spend.platform_date
            )
            select touched.platform, touched.account_id, touched.platform_date,
                newest.landed_rows, coalesce(modelled.rows_here, 0) as rows_here
            from ({_TOUCHED}) as touched
            inner join newest
                on touched.platform = newest.platform
                and touched.account_id = newest.account_id
                and touched.platform_date = newest.platform_date
            left join modelled
                on touched.platform = modelled.platform
                and touched.account_id = modelled.account_id
                and touched.platform_date = modelled.platform_date
            where newest.landed_rows <> coalesce(modelled.rows_here, 0)
        """,
        explain="{platform} {account_id} {platform_date}: {rows_here} of {landed_rows} rows",
        why="Rows that the platform sent are missing from spend, or some are there too often.",
        hint="Report it: rows got lost between raw and the model.",
        owner="platform",
    ),
    Gate(
        name="spend_equals_source",
        title="Spend, clicks and impressions per account and day are what the platform sums up",
        protects=_SPEND,
        sql=f"""
            with newest as (
                select source, stream, scope, window_day, max(load_id) as load_id
                from raw.windows
                group by source, stream, scope, window_day
            ),
            stated as (
                -- A total is of one version of its day; of a later version it says nothing.
                select totals.source as platform, totals.scope as account_id,
                    totals.window_day as platform_date, totals.name,
                    arg_max(totals.value, totals.load_id) as stated_value
                from raw.control_totals as totals
                inner join newest
                    on totals.source = newest.source
                    and totals.stream = newest.stream
                    and totals.scope = newest.scope
                    and totals.window_day = newest.window_day
                    and totals.load_id >= newest.load_id
                where totals.name in ('spend', 'clicks', 'impressions')
                group by totals.source, totals.scope, totals.window_day, totals.name
            ),
            counted as (
                select spend.platform, spend.account_id, spend.platform_date,
                    sum(spend.spend_amount) as spend, sum(spend.clicks) as clicks,
                    sum(spend.impressions) as impressions
                from core.fact_ad_spend_hist as spend
                inner join ({_TOUCHED}) as touched
                    on spend.platform = touched.platform
                    and spend.account_id = touched.account_id
                    and spend.platform_date = touched.platform_date
                where spend.knowledge_to is null and not spend.is_deleted
                group by spend.platform, spend.account_id, spend.platform_date
            ),
            compared as (
                select stated.*,
                    coalesce(case stated.name
                        when 'spend' then counted.spend
                        when 'clicks' then counted.clicks
                        else counted.impressions
                    end, 0) as counted_value
                from stated
                inner join ({_TOUCHED}) as touched
                    on stated.platform = touched.platform
                    and stated.account_id = touched.account_id
                    and stated.platform_date = touched.platform_date
                left join counted
                    on stated.platform = counted.platform
                    and stated.account_id = counted.account_id
                    and stated.platform_date = counted.platform_date
            )
            select *, counted_value - stated_value as difference
            from compared
            where counted_value <> stated_value
            order by abs(counted_value - stated_value) desc
        """,
        explain="{platform} {account_id} {platform_date}: {name} {counted_value} here, "
        "{stated_value} at the source, difference {difference}",
        why="The detailed report and the platform's own total disagree.",
        hint="Read the days again: trueup backfill SOURCE --since DAY --until NEXT_DAY; the "
        "platform may have restated between the two answers.",
        owner="growth",
    ),
    Gate(
        name="spend_days_covered",
        title="Every active account has every day up to its own today",
        protects=_SPEND,
        sql="""
            with expected_streams as (
                select source, scope as account_id, stream, min(window_day) as first_day,
                    max(window_day) as last_day, count(distinct window_day) as known_days
                from raw.windows
                where window_day is not null and stream in ('ad_days', 'campaign_days')
                group by source, scope, stream
            ),
            asked as (
                select source, max(synced_at) as asked_at from ops.syncs group by source
            ),
            compared as (
                select accounts.source, accounts.scope as account_id, streams.stream,
                    streams.first_day, streams.last_day, streams.known_days,
                    cast(timezone(accounts.timezone, timezone('UTC', asked.asked_at)) as date)
                        as today
                from ops.accounts as accounts
                inner join asked on accounts.source = asked.source
                left join expected_streams as streams
                    on accounts.source = streams.source and accounts.scope = streams.account_id
                where accounts.status = 'active' and accounts.source in ('google_ads', 'meta_ads')
            )
            select *, coalesce(today - first_day + 1 - known_days, 0) as missing_days
            from compared
            where last_day is null or known_days < today - first_day + 1
        """,
        explain="{source} {account_id} {stream}: {missing_days} days missing up to {today}",
        why="Days that were not read are unknown, not zero; a sum over them would be too low.",
        hint="See trueup status for why the account was not read, then: trueup run",
        owner="growth",
    ),
    Gate(
        name="spend_values_readable",
        title="Every amount and count of the reports could be read",
        protects=_SPEND,
        sql="""
            select platform, account_id, platform_date, count(*) as unreadable
            from core.fact_ad_spend_hist
            where load_id > {since} and knowledge_to is null and not is_deleted
                and has_cast_problem
            group by platform, account_id, platform_date
        """,
        explain="{platform} {account_id} {platform_date}: {unreadable} rows hold a value that is "
        "not a number or lie on another day",
        why="An unreadable amount is unknown, not zero.",
        hint="Look at the payloads in raw; the platform changed what it sends.",
        owner="platform",
    ),
    Gate(
        name="spend_campaigns_known",
        title="Every campaign with spend is in dim_campaign",
        protects=_SPEND,
        sql="""
            select distinct spend.platform, spend.account_id, spend.campaign_id
            from core.fact_ad_spend_hist as spend
            left join core.dim_campaign as campaigns
                on spend.campaign_dk = campaigns.campaign_dk
            where spend.load_id > {since} and campaigns.campaign_dk is null
        """,
        explain="{platform} {account_id}: campaign {campaign_id}",
        why="Spend would have no campaign to stand under.",
        hint="Report it: dim_campaign must hold a placeholder for campaigns it has not met.",
        owner="platform",
    ),
    Gate(
        name="spend_rates_known",
        title="Every amount of spend has an exchange rate",
        # Amounts in the account's own currency are right; whatever adds currencies is not.
        protects=frozenset({"mart_channel_daily", "mart_campaign_daily"}),
        sql="""
            select currency_code, platform_date, sum(spend_amount) as spend_amount
            from core.fact_ad_spend
            where spend_amount <> 0 and spend_amount_reporting is null
            group by currency_code, platform_date
            order by platform_date desc
        """,
        explain="{spend_amount} {currency_code} on {platform_date} has no rate",
        why="A total without these amounts would be too low, and a guessed rate would be wrong.",
        hint="Add the rate to the file that sources.fx.path names, then: trueup run",
        owner="finance",
    ),
    Gate(
        name="rates_usable",
        title="Every row of the file of exchange rates can be used",
        protects=frozenset(),
        # What needs such a rate has none, and is held back for that.
        severity=Severity.WARN,
        sql="""
            select base_currency_code, quote_currency_code, provider,
                coalesce(stated_rate_date, 'no day') as stated_day,
                coalesce(stated_rate, 'empty') as stated_rate
            from intermediate.int_fx_rates_versioned
            where closed_load_id is null and not is_deleted
                and (rate_date is null or rate is null or rate <= 0)
            order by rate_date desc, stated_day, base_currency_code, quote_currency_code
        """,
        explain="{base_currency_code}/{quote_currency_code} of {stated_day} ({provider}) is "
        "{stated_rate}",
        why="No other rate takes its place: amounts of that day and of those after it, up to the "
        "next rate, are not converted.",
        hint="Mend the row in the file that sources.fx.path names, then: trueup run",
        owner="finance",
    ),
    Gate(
        name="clicks_within_impressions",
        title="No ad has more clicks than impressions",
        protects=_SPEND,
        severity=Severity.WARN,
        sql="""
            select platform, account_id, platform_date, entity_id, clicks, impressions
            from core.fact_ad_spend_hist
            where load_id > {since} and knowledge_to is null and not is_deleted
                and clicks > impressions
        """,
        explain="{platform} {account_id} {platform_date} {entity_id}: {clicks} clicks on "
        "{impressions} impressions",
        why="Such rows are possible, but rare: clicks of earlier impressions.",
        hint="Compare with the platform's own page if there are many.",
        owner="growth",
    ),
)
