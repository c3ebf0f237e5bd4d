using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.IntegrationTests.Service;
using Microsoft.Playwright;
using Xunit;

namespace BatchLLM.IntegrationTests.Pages;

/// <summary>One real browser without a window, and two services for it: one that everyone may use, and one that needs keys.</summary>
public sealed class Browser(TestCluster cluster) : IAsyncLifetime
{
    private const string Path = "/usr/bin/chromium"; // ops/install.sh chromium

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private ServiceHost? _open;
    private ServiceHost? _locked;

    internal ServiceHost Open => _open!;

    internal ServiceHost Locked => _locked!;

    public async ValueTask InitializeAsync()
    {
        _open = await ServiceHost.StartAsync(cluster);
        _locked = await ServiceHost.StartAsync(cluster, needsKeys: true);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Path,
            // Its sandbox needs a user of its own, which a container's root is not.
            Args = Environment.IsPrivilegedProcess ? ["--no-sandbox"] : [],
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser!.DisposeAsync();
        _playwright!.Dispose();
        await Open.DisposeAsync();
        await Locked.DisposeAsync();
    }

    /// <summary>A tab that nobody used before.</summary>
    internal Task<Tab> TabAsync(ServiceHost service, int width = 1280, ColorScheme colors = ColorScheme.Light, bool scripts = true) =>
        Tab.OpenAsync(_browser!, service.Client.BaseAddress!, width, colors, scripts);
}
