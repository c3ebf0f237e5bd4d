using BatchLLM.IntegrationTests.Service.Schedules;
using Xunit;

namespace BatchLLM.IntegrationTests.Pages;

public sealed partial class BrowserTests
{
    [Fact]
    public async Task A_schedule_is_fired_paused_and_resumed_by_keyboard()
    {
        var id = await browser.Open.Client.ScheduleAsync(ScheduleBench.Schedule("30 2 * * *", "nightly"));
        await using var tab = await browser.TabAsync(browser.Open);
        await tab.GoAsync("/schedules");
        await tab.SeesAsync($"#schedule-{id}", "none yet");
        await PressAsync(tab, $"#schedule-{id} a");
        await tab.SeesAsync("h1", "nightly");

        await SendAsync(tab, "#run");
        await tab.SeesAsync("#firings tr", "asked for");
        await tab.SeesAsync("#firings tr .state", "queued");
        await SendAsync(tab, "#pause");
        await tab.SeesAsync("#schedule-head", "not while it is paused");
        await SendAsync(tab, "#resume");
        await tab.SeesAsync("#schedule-head .state", "active");

        // Without a click: what others do is seen.
        await browser.Open.State.Schedules.PauseAsync(id, isPaused: true, Token);
        await tab.SeesAsync("#schedule-head .state", "paused");
        Assert.Single(await browser.Open.State.Schedules.ListFiringsAsync(id, before: null, 10, Token));
    }
}
