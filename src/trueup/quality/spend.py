"""Gates of ad spend: every row once, every day there, every sum as the platform states it."""

from trueup.quality.gates import Gate, Severity

_SPEND = frozenset({"fact_ad_spend", "fact_ad_spend_hist"})

# Account days of reports that loads beyond {since} changed.
_TOUCHED = """
    select distinct source as platform, scope as account_id, window_day as platform_date
    from raw.windows
    where load_id > {since} and window_day is not null and stream in ('ad_days', 'campaign_days')
"""

# The part of the platform's own total for an account and day that no ad explains: the remainder of
# the account and of the campaigns that have ads on the day. A campaign without ads counts with its
# own total. The platform rounds each ad's amount, to whole units in currencies without cents.
_UNEXPLAINED = f"""
    with days as (
        select spend.platform, spend.account_id, spend.platform_date, spend.report_level,
            spend.campaign_id, spend.currency_code, spend.spend_amount
        from core.fact_ad_spend_hist as spend
        inner join ({_TOUCHED}) as touched
            on spend.platform = touched.platform
            and spend.account_id = touched.account_id
            and spend.platform_date = touched.platform_date
        where spend.closed_load_id is null and not spend.is_deleted
    ),
    campaigns_with_ads as (
        select distinct platform, account_id, platform_date, campaign_id
        from days where report_level = 'ad'
    ),
    summed as (
        select days.platform, days.account_id, days.platform_date,
            min(currency_code) as currency_code,
            count_if(report_level = 'ad') as ad_count, sum(spend_amount) as total_amount,
            coalesce(sum(spend_amount) filter (
                report_level = 'account'
                or (report_level = 'campaign' and with_ads.campaign_id is not null)
            ), 0) as unexplained_amount,
            (count_if(report_level = 'ad') + 1) * case
                when min(currency_code) in (
                    'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX',
                    'VND', 'VUV', 'XAF', 'XOF', 'XPF'
                ) then 1 else 0.01
            end as rounding_amount
        from days
        left join campaigns_with_ads as with_ads
            on days.platform = with_ads.platform
            and days.account_id = with_ads.account_id
            and days.platform_date = with_ads.platform_date
            and days.campaign_id = with_ads.campaign_id
        group by days.platform, days.account_id, days.platform_date
    )
    select * from summed
    where abs(unexplained_amount) > rounding_amount
"""
_UNEXPLAINED_WORDS = (
    "{platform} {account_id} {platform_date}: {unexplained_amount} of {total_amount} "
    "{currency_code} is in none of {ad_count} ads"
)
_REMAINDER_GATES = (
    Gate(
        name="ads_explain_spend",
        title="The ads of an account add up to its own total per day, except for rounding",
        protects=frozenset(),
        # The total is right, and the rest has a row of its own.
        severity=Severity.WARN,
        sql=f"{_UNEXPLAINED} order by abs(unexplained_amount) desc",
        explain=_UNEXPLAINED_WORDS,
        why="Some ads, such as removed ones, are not in the platform's report. Their spend counts "
        "for the account (and for the campaign, if the platform names it), but for no ad.",
        hint="Compare with the platform's own page. If the ads are there, read the days again: "
        "trueup backfill SOURCE --since DAY --until NEXT_DAY",
        owner="growth",
    ),
    Gate(
        name="ads_explain_most_spend",
        title="The ads of an account explain at least half of its own total per day",
        protects=_SPEND,
        sql=f"""
            {_UNEXPLAINED}
                and abs(unexplained_amount) > rounding_amount + abs(total_amount) / 2
            order by abs(unexplained_amount) desc
        """,
        explain=_UNEXPLAINED_WORDS,
        why="Most of the spend belongs to no ad, so the report by ad is not reliable.",
        hint="Read the days again: trueup backfill SOURCE --since DAY --until NEXT_DAY; if it "
        "stays, compare with the platform's own page.",
        owner="growth",
    ),
)

SPEND_GATES = (
    Gate(
        name="spend_keys_unique",
        title="Every ad has one current row per day",
        protects=_SPEND,
        sql=f"""
            select spend.platform, spend.account_id, spend.platform_date, spend.entity_id,
                count(*) as current_rows
            from core.fact_ad_spend_hist as spend
            inner join ({_TOUCHED}) as touched
                on spend.platform = touched.platform
                and spend.account_id = touched.account_id
                and spend.platform_date = touched.platform_date
            where spend.closed_load_id is null or spend.knowledge_to is null
            group by spend.platform, spend.account_id, spend.platform_date, spend.report_level,
                spend.entity_id
            having count(*) > 1
            union all
            -- What is shown also joins rates and channels: two rates of a day count it twice.
            select platform, account_id, platform_date,
                coalesce(ad_group_id || '~' || ad_id, campaign_id, account_id) as entity_id,
                count(*) as current_rows
            from core.fact_ad_spend
            where platform_date in (
                select platform_date from ({_TOUCHED})
                union
                select rate_date from core.dim_fx_rate where load_id > {{since}}
            )
            group by platform, account_id, platform_date, report_level, entity_id
            having count(*) > 1
        """,
        explain="{platform} {account_id} {platform_date}: {entity_id} has {current_rows} "
        "current rows",
        why="Spend would be counted more than once.",
        hint="Report it: the models must replace a day, never add to it.",
        owner="platform",
    ),
    Gate(
        name="spend_rows_complete",
        title="Every row of the newest report is in the model",
        protects=_SPEND,
        sql=f"""
            with touched as ({_TOUCHED}),
            newest as (
                select windows.source as platform, windows.scope as account_id,
                    windows.window_day as platform_date,
                    arg_max(windows.row_count, windows.load_id) as landed_rows
                from raw.windows as windows
                inner join touched
                    on windows.source = touched.platform
                    and windows.scope = touched.account_id
                    and windows.window_day = touched.platform_date
                where windows.stream = 'ad_days'
                group by windows.source, windows.scope, windows.window_day
            ),
            modelled as (
                select spend.platform, spend.account_id, spend.platform_date, count(*) as rows_here
                from core.fact_ad_spend_hist as spend
                inner join touched
                    on spend.platform = touched.platform
                    and spend.account_id = touched.account_id
                    and spend.platform_date = touched.platform_date
                where spend.report_level = 'ad' and spend.closed_load_id is null
                    and not spend.is_deleted
                group by spend.platform, spend.account_id, spend.platform_date
            )
            select touched.platform, touched.account_id, touched.platform_date,
                newest.landed_rows, coalesce(modelled.rows_here, 0) as rows_here
            from touched
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
        why="Spend lacks rows that the platform sent, or counts some of them twice.",
        hint="Report it: rows were lost or duplicated between raw and the model.",
        owner="platform",
    ),
    Gate(
        name="spend_equals_source",
        title="Ads plus remainders equal the platform's own total, per account and day",
        protects=_SPEND,
        sql=f"""
            with newest as (
                select source, stream, scope, window_day, max(load_id) as load_id
                from raw.windows
                group by source, stream, scope, window_day
            ),
            stated as (
                -- A total belongs to one version of its day and says nothing of a later one.
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
                where spend.closed_load_id is null and not spend.is_deleted
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
        why="Spend, clicks or impressions were lost or duplicated between raw and the model. A "
        "remainder holds what the report by ad does not explain, so both sides must be equal.",
        hint="Report it with the account and day.",
        owner="platform",
    ),
    *_REMAINDER_GATES,
    Gate(
        name="spend_days_covered",
        title="Every active account has been read for every day up to today in its time zone",
        protects=_SPEND,
        sql="""
            with asked as (
                select source, max(synced_at) as asked_at from ops.syncs group by source
            ),
            expected as (
                -- Each stream by itself: a stream that was never read has no windows at all.
                -- Days older than the source answers for can never be read.
                select accounts.source, accounts.scope as account_id, streams.stream,
                    greatest({start}, coalesce(reached.answered_from, {start})) as first_day,
                    cast(timezone(accounts.timezone, timezone('UTC', asked.asked_at)) as date)
                        as today
                from ops.accounts as accounts
                inner join asked on accounts.source = asked.source
                inner join ops.streams as streams on accounts.source = streams.source
                left join (
                    select source, stream, scope, max(answered_from) as answered_from
                    from ops.syncs group by all
                ) as reached on accounts.source = reached.source
                    and streams.stream = reached.stream and accounts.scope = reached.scope
                where accounts.status = 'active'
                    and streams.stream in ('ad_days', 'campaign_days')
            ),
            compared as (
                -- A future day does not make up for a missing one.
                select expected.source, expected.account_id, expected.stream,
                    expected.first_day, expected.today,
                    count(distinct windows.window_day) as known_days
                from expected
                left join raw.windows as windows
                    on expected.source = windows.source
                    and expected.account_id = windows.scope
                    and expected.stream = windows.stream
                    and windows.window_day between expected.first_day and expected.today
                group by expected.source, expected.account_id, expected.stream,
                    expected.first_day, expected.today
            )
            select *, today - first_day + 1 - known_days as missing_days
            from compared
            where known_days < today - first_day + 1
        """,
        explain="{source} {account_id} {stream}: {missing_days} days missing up to {today}",
        why="Spend of unread days is unknown, not zero. A sum over them would be too low.",
        hint="trueup status shows why the account was not read. Then: trueup run",
        owner="growth",
    ),
    Gate(
        name="spending_accounts_accessible",
        title="Every account that had spend can still be read",
        protects=frozenset(),
        # Only people know whether the account was closed or the credential lost access.
        severity=Severity.WARN,
        sql="""
            select accounts.source, accounts.scope as account_id, accounts.reason,
                max(spend.platform_date) as last_day
            from ops.accounts as accounts
            inner join core.fact_ad_spend_hist as spend
                on accounts.source = spend.platform and accounts.scope = spend.account_id
            where accounts.status <> 'active'
                and spend.closed_load_id is null and not spend.is_deleted
            group by accounts.source, accounts.scope, accounts.reason
        """,
        explain="{source} {account_id} has spend up to {last_day}: {reason}",
        why="Its later spend is in no figure, so ROAS looks better than it is.",
        hint="If the account still exists, give the credential access to it again.",
        owner="growth",
    ),
    Gate(
        name="spend_values_readable",
        title="Every amount and count in the ad reports can be read",
        protects=_SPEND,
        sql="""
            select platform, account_id, platform_date, count(*) as unreadable
            from core.fact_ad_spend_hist
            where load_id > {since} and closed_load_id is null and not is_deleted
                and has_cast_problem
            group by platform, account_id, platform_date
        """,
        explain="{platform} {account_id} {platform_date}: {unreadable} rows have a value that is "
        "not a number, or belong to another day",
        why="An unreadable amount is unknown, not zero.",
        hint="Compare the payloads in raw: the platform changed its format.",
        owner="platform",
    ),
    Gate(
        name="spend_campaigns_known",
        title="Every campaign with spend is in dim_campaign",
        protects=_SPEND,
        # The dimension may lose a campaign whose spend does not change, and no load shows it. So
        # the gate looks up every campaign that ever reported: as many as campaigns, not as days.
        sql="""
            with spending as (
                select distinct platform, account_id, campaign_id, campaign_dk
                from core.fact_ad_spend_hist
                where load_id > {since}
                union
                select platform, account_id, campaign_id,
                    md5('campaign|' || platform || '|' || account_id || '|' || campaign_id)
                from intermediate.int_ad_entities_reported
                where campaign_id is not null
            )
            select distinct spending.platform, spending.account_id, spending.campaign_id
            from spending
            left join core.dim_campaign as campaigns
                on spending.campaign_dk = campaigns.campaign_dk
            where campaigns.campaign_dk is null
        """,
        explain="{platform} {account_id}: campaign {campaign_id}",
        why="This spend would belong to no campaign.",
        hint="Report it: dim_campaign must have a placeholder for each unlisted campaign.",
        owner="platform",
    ),
    Gate(
        name="spend_has_fx_rate",
        title="Every amount of spend has an exchange rate",
        # Amounts in the account's own currency are right; sums over currencies are not.
        protects=frozenset({"mart_channel_daily", "mart_campaign_daily"}),
        sql="""
            select currency_code, platform_date, sum(spend_amount) as spend_amount
            from core.fact_ad_spend
            where spend_amount <> 0 and spend_amount_reporting is null
                and platform_date >= {start}
            group by currency_code, platform_date
            order by platform_date desc
        """,
        explain="{spend_amount} {currency_code} on {platform_date} has no rate",
        why="A total without these amounts would be too low, and a guessed rate would be wrong.",
        hint="Add the rate to the file that sources.fx.path names, then: trueup run",
        owner="finance",
    ),
    Gate(
        name="fx_rates_valid",
        title="Every row of the exchange rate file is usable",
        protects=frozenset(),
        # Tables that need such a rate are withheld by spend_has_fx_rate and revenue_has_fx_rate.
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
        why="Trueup does not replace an unusable rate: amounts from that day up to the next rate "
        "are not converted.",
        hint="Fix the row in the file that sources.fx.path names, then: trueup run",
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
            where load_id > {since} and closed_load_id is null and not is_deleted
                and report_level = 'ad' and clicks > impressions
        """,
        explain="{platform} {account_id} {platform_date} {entity_id}: {clicks} clicks on "
        "{impressions} impressions",
        why="This is possible but rare: a click may follow an impression of an earlier day.",
        hint="If there are many, compare them with the platform's own page.",
        owner="growth",
    ),
)
