using System.Text.RegularExpressions;
using BatchLLM.IntegrationTests.Service;
using BatchLLM.IntegrationTests.Service.Schedules;
using BatchLLM.Jobs;
using Microsoft.Playwright;
using Xunit;

namespace BatchLLM.IntegrationTests.Pages;

/// <summary>Pages in a real browser, as people use them.</summary>
public sealed partial class BrowserTests(Browser browser) : IClassFixture<Browser>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_list_follows_a_running_job_without_being_loaded_again()
    {
        var job = await CreateAsync("followed", shards: 4);
        await using var tab = await browser.TabAsync(browser.Open);
        await tab.GoAsync("/?q=followed");
        await tab.SeesAsync($"#job-{job.Id} .progress", "0 % · 0 of 16 rows");
        await tab.Page.EvaluateAsync("window.loadedOnce = true");

        await job.CommitAsync(0);
        await tab.SeesAsync($"#job-{job.Id} .progress", "25 % · 4 of 16 rows");
        await job.CommitAsync(1);
        await tab.SeesAsync($"#job-{job.Id} .progress", "50 % · 8 of 16 rows");
        var later = await CreateAsync("followed-too", shards: 1);
        await tab.SeesAsync($"#job-{later.Id}", "followed-too");

        Assert.Equal([$"job-{later.Id}", $"job-{job.Id}"], await tab.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('#jobs > tr')].map(row => row.id)"));
        Assert.True(await tab.Page.EvaluateAsync<bool>("window.loadedOnce"));
        await tab.SeesAsync("#pulse", "live");
        await tab.SeesAsync($"#job-{job.Id} .results", "2 failed");
    }

    [Fact]
    public async Task A_job_s_page_shows_its_shards_chart_errors_and_receipt_as_they_come()
    {
        var job = await CreateAsync("detailed", shards: 3);
        await using var tab = await browser.TabAsync(browser.Open);
        await tab.GoAsync($"/jobs/{job.Id}");
        await tab.SeesAsync("#shard-0", "held");

        await job.CommitAsync(0);
        await job.CommitAsync(2);
        await tab.SeesAsync("#shard-2", "committed");
        await tab.SeesAsync("#job-errors", "overlong_prompt");
        await tab.SeesAsync("#job-errors .rows", "in.jsonl rows 3, 11");
        Assert.DoesNotContain("too long", await tab.Page.ContentAsync(), StringComparison.Ordinal);
        await job.CommitAsync(1);
        await job.PublishAsync();

        await tab.SeesAsync("#job-head", "completed");
        await tab.SeesAsync("#job-receipt", "12 in = ");
        await tab.SeesAsync("#pulse", "final");
        Assert.Equal($"detailed completed · BatchLLM", await tab.Page.TitleAsync());
        Assert.Matches("Tokens a second over", await tab.Page.Locator(".chart svg").GetAttributeAsync("aria-label") ?? "");
        await tab.SeesAsync("#job-actions", "Retry 3 failed rows");
        await tab.SeesAsync("#job-errors .rows", "in.jsonl rows 3, 7, 11");
        await SendAsync(tab, "#job-errors button");
        await tab.SeesAsync("#job-head", "Rows that failed with overlong_prompt are being computed again; retry 1.");
        Assert.Equal("overlong_prompt", (await browser.Open.State.Store.FindAsync(job.Id, Token))!.RetryError);
    }

    [Fact]
    public async Task A_job_is_paused_resumed_and_cancelled_by_keyboard()
    {
        var job = await CreateAsync("keyed", shards: 2);
        await using var tab = await browser.TabAsync(browser.Open);
        await tab.GoAsync($"/jobs/{job.Id}");

        await SendAsync(tab, "#pause");
        await tab.SeesAsync("#job-head", "paused on the dashboard");
        await SendAsync(tab, "#resume");
        await tab.SeesAsync("#job-head .state", "running");
        await PressAsync(tab, "summary");
        await SendAsync(tab, "#cancel");
        await tab.SeesAsync("#job-head", "cancelled on the dashboard");

        Assert.Equal(JobState.Cancelled, (await browser.Open.State.Store.FindAsync(job.Id, Token))!.State);
        Assert.EndsWith($"/jobs/{job.Id}", tab.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_canary_is_looked_at_and_approved()
    {
        var job = await CreateAsync("canaried", shards: 2);
        await browser.Open.ExecuteAsync("update batchllm.jobs set canary_rows = 4 where id = @Id", new { job.Id });
        await browser.Open.State.Store.FinishCanaryAsync(job.Id, ApprovalTests.Report(), "canary: look", Token);
        await using var tab = await browser.TabAsync(browser.Open);
        await tab.GoAsync($"/jobs/{job.Id}");
        await tab.SeesAsync("#job-head", "canary: look");
        await tab.SeesAsync("#job-canary", "4 of 1 file: 1 ok, 1 truncated, 2 failed (empty_prompt 1, engine_error 1)");

        await SendAsync(tab, "#approve");

        await tab.SeesAsync("#job-head .state", "running");
    }

    [Fact]
    public async Task Who_has_the_keyboard_keeps_it_while_the_page_changes()
    {
        var job = await CreateAsync("held", shards: 2);
        await using var tab = await browser.TabAsync(browser.Open);
        await tab.GoAsync("/?q=held");
        await tab.TabToAsync($"#job-{job.Id} a");

        await job.CommitAsync(0);
        await tab.SeesAsync($"#job-{job.Id} .progress", "50 %");

        Assert.True(await tab.Page.EvaluateAsync<bool>($"document.activeElement.matches('#job-{job.Id} a')"));
        await tab.Page.Keyboard.PressAsync("/");
        Assert.True(await tab.Page.EvaluateAsync<bool>("document.activeElement.matches('input[type=search]')"));
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Pages_fit_a_phone_and_can_be_read_in_any_light(ColorScheme colors)
    {
        var job = await CreateAsync($"a-name-that-is-rather-long-and-has-no-room-on-a-phone-{colors}", shards: 2);
        await job.CommitAsync(1);
        var schedule = await browser.Open.Client.ScheduleAsync(
            ScheduleBench.Schedule("30 2 * * *", $"a-nightly-one-with-a-long-name-that-wants-more-than-there-is-{colors}"));
        await browser.Open.FireAsync(schedule, DateTimeOffset.UnixEpoch);
        await using var tab = await browser.TabAsync(browser.Open, width: 360, colors);
        foreach (var path in new[] { "/", $"/jobs/{job.Id}", "/schedules", $"/schedules/{schedule}", "/workers", "/models" })
        {
            await tab.GoAsync(path);
            Assert.True(await tab.OverhangAsync() == 0, $"{path} is {await tab.OverhangAsync()} pixels too wide.");
            Assert.Empty(await tab.FaintAsync());
        }
    }

    [Fact]
    public async Task Colours_follow_the_system_until_somebody_chooses_others()
    {
        await using var tab = await browser.TabAsync(browser.Open, colors: ColorScheme.Dark);
        await tab.GoAsync("/models");
        Assert.Equal("rgb(16, 18, 20)", await BackAsync(tab));

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "light" }).ClickAsync();
        await tab.SeesAsync("button[aria-pressed=true]", "light");
        Assert.Equal("rgb(250, 250, 249)", await BackAsync(tab));
        await tab.GoAsync("/");
        Assert.Equal("rgb(250, 250, 249)", await BackAsync(tab));
        await tab.SeesAsync("button[aria-pressed=true]", "light");
    }

    [Fact]
    public async Task Names_and_reasons_are_text_whatever_they_hold()
    {
        const string Hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'</title></td><b id=broken>";
        var job = await CreateAsync("hostile", shards: 1);
        await job.CommitAsync(0);
        await browser.Open.ExecuteAsync(
            $"update batchllm.jobs set name = '{Hostile.Replace("'", "''", StringComparison.Ordinal)}', " +
            $"model = '/models/{Hostile.Replace("'", "''", StringComparison.Ordinal)}' where id = {job.Id}");
        await browser.Open.State.Store.PauseAsync(job.Id, $"{Hostile} ]]> {{{{7*7}}}}", Token);
        await using var tab = await browser.TabAsync(browser.Open);

        await tab.GoAsync("/?q=onerror");
        await tab.SeesAsync($"#job-{job.Id} a", Hostile);
        await tab.SeesAsync("#pulse", "live");
        await tab.Page.Locator($"#job-{job.Id} a").ClickAsync();
        await tab.SeesAsync("h1", Hostile);
        await tab.SeesAsync("#pulse", "live");

        Assert.Equal(0, await tab.Page.Locator("#broken, img[src=x], main script").CountAsync());
        Assert.Contains(Hostile, await tab.Page.TitleAsync(), StringComparison.Ordinal);
        await browser.Open.ExecuteAsync($"update batchllm.jobs set name = 'harmless', model = '/models/tiny' where id = {job.Id}");
    }

    [Fact]
    public async Task Pages_are_whole_without_scripts()
    {
        var job = await CreateAsync("still", shards: 2);
        await job.CommitAsync(0);
        await using var tab = await browser.TabAsync(browser.Open, scripts: false);

        await tab.GoAsync("/?q=still");
        await tab.SeesAsync($"#job-{job.Id} .progress", "50 % · 4 of 8 rows");
        await tab.Page.Locator($"#job-{job.Id} a").ClickAsync();
        await tab.SeesAsync("#shard-1", "held");
        await tab.Page.Locator("#pause").ClickAsync();
        await tab.SeesAsync("#job-head", "paused on the dashboard");
    }

    private async Task<WrittenJob> CreateAsync(string name, int shards) => await WrittenJob.CreateAsync(
        browser.Open, shards, name: WordEnd().Replace(name, "-"), output: $"out/{WordEnd().Replace(name, "-")}");

    private static async Task PressAsync(Tab tab, string selector)
    {
        await tab.TabToAsync(selector);
        await tab.Page.Keyboard.PressAsync("Enter");
    }

    // The page that is left may show what was changed before the next one comes.
    private static async Task SendAsync(Tab tab, string button)
    {
        await tab.Page.EvaluateAsync("document.documentElement.id = 'left'");
        await PressAsync(tab, button);
        await tab.Page.Locator("html:not(#left)").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
    }

    // A page without a script is there before its style sheet. The page itself is asked whether it is loaded: an event of it that the
    // driver waits for may be over.
    private static Task<string> BackAsync(Tab tab) => tab.Page.EvaluateAsync<string>(
        """
        new Promise(loaded => document.readyState === 'complete' ? loaded() : addEventListener('load', loaded, { once: true }))
            .then(() => getComputedStyle(document.body).backgroundColor)
        """);

    [GeneratedRegex("[^A-Za-z0-9-]")]
    private static partial Regex WordEnd();
}
