using System.Globalization;
using BatchLLM.Access;
using BatchLLM.IntegrationTests.Service;
using Microsoft.Playwright;
using Xunit;

namespace BatchLLM.IntegrationTests.Pages;

public sealed partial class BrowserTests
{
    [Fact]
    public async Task Who_signs_in_sees_what_the_key_opens_and_no_more()
    {
        var (reader, other) = (await KeyAsync("a", AccessRole.Read), await KeyAsync("b", AccessRole.Submit));
        var ofB = await SubmitAsync(other);
        await using var tab = await browser.TabAsync(browser.Locked);
        await tab.GoAsync($"/jobs/{ofB}");
        await tab.SeesAsync("h1", "Sign in");
        Assert.Equal(0, await tab.OverhangAsync());

        await SignInAsync(tab, AccessToken.Create());
        await tab.SeesAsync(".problem", "The key does not work");
        await SignInAsync(tab, reader);
        await tab.SeesAsync("h1", "No such job"); // another tenant's
        await SignOutAsync(tab);
        await SignInAsync(tab, other);
        await tab.GoAsync($"/jobs/{ofB}");
        await SendAsync(tab, "#pause");
        await tab.SeesAsync("#job-head", "paused by key of b on the dashboard");

        var ofA = await SubmitAsync(await KeyAsync("a", AccessRole.Submit));
        await SignOutAsync(tab);
        await tab.GoAsync("/workers");
        await SignInAsync(tab, reader);
        await tab.GoAsync($"/jobs/{ofA}");
        Assert.Equal(0, await tab.Page.Locator("#job-actions button, nav a[href='/workers']").CountAsync());
        var cookie = Assert.Single(await tab.Page.Context.CookiesAsync(), cookie => cookie.Name == "batchllm_session");
        Assert.True(cookie is { HttpOnly: true, SameSite: SameSiteAttribute.Strict, Secure: false });
        Assert.DoesNotContain("bllm_", browser.Locked.Log + await tab.Page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_signed_out_elsewhere_is_shown_where_to_sign_in()
    {
        await using var tab = await browser.TabAsync(browser.Locked);
        await tab.GoAsync("/");
        await SignInAsync(tab, await KeyAsync("d", AccessRole.Read));
        await tab.SeesAsync("#pulse", "live");
        await ShowAsync(tab, isHidden: true);
        await tab.Page.Context.ClearCookiesAsync();

        await ShowAsync(tab, isHidden: false); // back to the tab: its stream begins anew

        await tab.SeesAsync("h1", "Sign in");
    }

    [Fact]
    public async Task A_key_that_is_revoked_signs_its_sessions_out()
    {
        var key = await KeyAsync("c", AccessRole.Read);
        await using var tab = await browser.TabAsync(browser.Locked);
        await tab.GoAsync("/");
        await SignInAsync(tab, key);
        await tab.SeesAsync("#board", "running");
        var cookie = Assert.Single(await tab.Page.Context.CookiesAsync(), cookie => cookie.Name == "batchllm_session").Value;
        var digest = Host.Service.Pages.SessionSecret.DigestOf(cookie);

        Assert.NotNull(await browser.Locked.State.Sessions.FindAsync(digest, Token));
        var id = (await browser.Locked.State.ApiKeys.ListAsync(Token)).First(item => item.Tenant == "c").Id;
        await browser.Locked.State.ApiKeys.RevokeAsync(id, Token);

        Assert.Null(await browser.Locked.State.Sessions.FindAsync(digest, Token));
    }

    private static async Task SignInAsync(Tab tab, string key)
    {
        await tab.Page.Locator("#key").FillAsync(key);
        var answer = await tab.Page.RunAndWaitForResponseAsync(
            () => tab.Page.Keyboard.PressAsync("Enter"), response => response.Request.Method == "POST");
        if (answer.Status == 303)
        {
            // What the page shows, and not its events, of which one may have come before anybody waits for it.
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).WaitForAsync();
        }
    }

    private static async Task SignOutAsync(Tab tab)
    {
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await tab.SeesAsync("h1", "Sign in");
    }

    private static async Task ShowAsync(Tab tab, bool isHidden) => await tab.Page.EvaluateAsync(
        """
        isHidden => {
          Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }
        """,
        isHidden);

    private async Task<string> KeyAsync(string tenant, AccessRole role)
    {
        var token = AccessToken.Create();
        await browser.Locked.State.ApiKeys.CreateAsync(
            new NewApiKey(tenant, role, $"key of {tenant}", null), AccessToken.DigestOf(token)!, Token);
        return token;
    }

    private async Task<string> SubmitAsync(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs")
        {
            Content = new StringContent(ServiceHost.Job().ToJsonString(), System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new("Bearer", key);
        using var response = await browser.Locked.Client.SendAsync(request, Token);
        return (await ServiceHost.JsonOfAsync(response, System.Net.HttpStatusCode.Created)).GetProperty("id").GetInt64()
            .ToString(CultureInfo.InvariantCulture);
    }
}
