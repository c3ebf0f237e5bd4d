using System.Globalization;
using BatchLLM.Host.Service.Schedules;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.Schedules;

public sealed class CronTimesTests
{
    [Theory]
    [InlineData("30 2 * * *", "UTC", "2026-11-20T02:30:00Z", "2026-11-21T02:30:00+00:00")] // after it, not at it
    [InlineData("0 4 * * 1-5", "UTC", "2026-11-20T12:00:00Z", "2026-11-23T04:00:00+00:00")]
    [InlineData("0 4 * * 7", "UTC", "2026-11-20T12:00:00Z", "2026-11-22T04:00:00+00:00")]
    [InlineData("0 4 1 * mon", "UTC", "2026-11-20T12:00:00Z", "2026-11-23T04:00:00+00:00")] // either day, as crontab has it
    [InlineData("*/15 * * * *", "Asia/Kolkata", "2026-11-20T12:01:00Z", "2026-11-20T17:45:00+05:30")]
    [InlineData("10 0 4 ? * fri", "Europe/Berlin", "2026-11-20T12:00:00Z", "2026-11-27T04:00:10+01:00")]
    [InlineData("0 0 2 L * ?", "UTC", "2026-11-20T12:00:00Z", "2026-11-30T02:00:00+00:00")]
    [InlineData("@daily", "America/New_York", "2026-11-20T12:00:00Z", "2026-11-21T00:00:00-05:00")]
    [InlineData("@WEEKLY", "UTC", "2026-11-20T12:00:00Z", "2026-11-22T00:00:00+00:00")]
    public void The_next_firing_is_in_the_schedules_zone(string cron, string zone, string from, string expected) =>
        Assert.Equal(expected, Text(CronTimes.Parse(cron, zone).After(Time(from))));

    [Theory]
    [InlineData("30 2 * * *", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00")] // 02:30 is skipped
    [InlineData("0 3 * * *", "2026-03-29T03:00:00+02:00", "2026-03-30T03:00:00+02:00")]
    [InlineData("*/30 * * * *", "2026-03-29T00:00:00+01:00", "2026-03-29T00:30:00+01:00")]
    public void A_time_that_spring_skips_comes_when_the_clocks_have_jumped(string cron, params string[] expected) =>
        Assert.Equal(expected, CronTimes.Parse(cron, "Europe/Berlin").After(Time("2026-03-28T22:45:00Z"), expected.Length).Select(time => Text(time)));

    [Theory]
    [InlineData("30 2 * * *", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00")] // once, the first time
    [InlineData("*/30 2 * * *", "2026-10-25T02:00:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T02:30:00+01:00")]
    public void A_time_that_autumn_shows_twice_comes_once_but_an_interval_goes_on(string cron, params string[] expected) =>
        Assert.Equal(expected, CronTimes.Parse(cron, "Europe/Berlin").After(Time("2026-10-24T22:30:00Z"), expected.Length).Select(time => Text(time)));

    [Theory]
    [InlineData("2026-11-20T02:30:00.900Z", "2026-11-20T02:30:00+00:00")]
    [InlineData("2026-11-20T02:30:00Z", "2026-11-20T02:30:00+00:00")]
    [InlineData("2026-11-20T02:29:59.999Z", "2026-11-19T02:30:00+00:00")]
    public void The_latest_firing_may_be_this_very_moment(string now, string expected) =>
        Assert.Equal(expected, Text(CronTimes.Parse("30 2 * * *", "UTC").Latest(Time(now))));

    [Theory]
    [InlineData("2026-11-20T02:30:00Z", "2026-11-20T02:30:00.120Z", "2026-11-20T02:30:00+00:00")] // on time
    [InlineData("2026-11-20T02:30:00Z", "2026-11-20T02:30:55Z", "2026-11-20T02:30:00+00:00")] // late, not missed
    [InlineData("2026-11-17T02:30:00Z", "2026-11-20T09:12:00Z", "2026-11-20T02:30:00+00:00")] // the last of those missed
    [InlineData("2026-11-20T09:12:00.5Z", "2026-11-20T09:12:00.6Z", "2026-11-20T02:30:00+00:00")] // the alarm was set to now
    public void An_alarm_stands_for_a_time_of_the_expression(string scheduled, string actual, string expected) =>
        Assert.Equal(expected, Text(FireTime.Of(CronTimes.Parse("30 2 * * *", "UTC"), Time(scheduled), Time(actual))));

    [Theory]
    [InlineData("61 2 * * *", "UTC", "cron is '61 2 * * *'; expected five fields")]
    [InlineData("0 2 * *", "UTC", "cron is '0 2 * *'")]
    [InlineData("now", "UTC", "cron is 'now'")]
    [InlineData("@daily", "Mars/Olympus", "time_zone is 'Mars/Olympus'")]
    [InlineData("@daily", "localtime", "time_zone is 'localtime'")]
    [InlineData("@daily", "posixrules", "time_zone is 'posixrules'")]
    [InlineData("@daily", "W. Europe Standard Time", "expected an IANA zone")]
    public void What_is_none_is_refused(string cron, string zone, string expected) =>
        Assert.Contains(expected, Assert.Throws<BatchLLMException>(() => CronTimes.Parse(cron, zone)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_day_that_never_comes_has_no_firing() => Assert.Null(CronTimes.Parse("0 2 30 2 *", "UTC").After(Time("2026-01-01T00:00:00Z")));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static string? Text(DateTimeOffset? time) => time?.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
}
