using System.Collections.Concurrent;
using Microsoft.Playwright;
using Xunit;

namespace BatchLLM.IntegrationTests.Pages;

/// <summary>A tab that hears what a page complains of, and what it asks others for; disposing it fails if there was anything.</summary>
internal sealed class Tab : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly IBrowserContext _context;

    private Tab(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Opens one.</summary>
    public static async Task<Tab> OpenAsync(IBrowser browser, Uri address, int width, ColorScheme colors, bool scripts)
    {
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.ToString(),
            ViewportSize = new ViewportSize { Width = width, Height = 800 },
            ColorScheme = colors,
            JavaScriptEnabled = scripts,
            Locale = "en-US",
        });
        context.SetDefaultTimeout(10_000);
        var tab = new Tab(context, await context.NewPageAsync());
        tab.Listen(address);
        return tab;
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.Empty(_complaints);
    }

    /// <summary>Goes to a page that must come with a status.</summary>
    public async Task GoAsync(string path, int status = 200)
    {
        var response = await Page.GotoAsync(path, new PageGotoOptions { WaitUntil = WaitUntilState.DOMContentLoaded });
        Assert.Equal(status, response!.Status);
    }

    /// <summary>Waits until an element has a text.</summary>
    public Task SeesAsync(string selector, string text) =>
        Page.Locator(selector).Filter(new LocatorFilterOptions { HasText = text }).First.WaitForAsync();

    /// <summary>Presses Tab until an element has the keyboard.</summary>
    public async Task TabToAsync(string selector)
    {
        for (var presses = 0; presses < 60; presses++)
        {
            await Page.Keyboard.PressAsync("Tab");
            if (await Page.EvaluateAsync<bool>("selector => document.activeElement.matches(selector)", selector))
            {
                return;
            }
        }

        Assert.Fail($"The keyboard never comes to {selector}.");
    }

    /// <summary>Pixels that a page is wider than its window.</summary>
    public Task<int> OverhangAsync() =>
        Page.EvaluateAsync<int>("document.scrollingElement.scrollWidth - window.innerWidth");

    /// <summary>Texts whose contrast is below 4.5 (WCAG 2.2, 1.4.3), each with what it is.</summary>
    public Task<string[]> FaintAsync() => Page.EvaluateAsync<string[]>(
        """
        () => {
          const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
          const rgba = color => {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = color;
            canvas.fillRect(0, 0, 1, 1);
            return canvas.getImageData(0, 0, 1, 1).data;
          };
          const light = color => {
            const [r, g, b] = [...rgba(color)].slice(0, 3).map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const backOf = element => {
            for (let at = element; at; at = at.parentElement) {
              const back = getComputedStyle(at).backgroundColor;
              if (rgba(back)[3] === 255) return back;
            }
            return "white";
          };
          const faint = [];
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            if (!walker.currentNode.data.trim() || element.closest("svg, script") || !element.checkVisibility()) continue;
            const pair = [light(getComputedStyle(element).color), light(backOf(element))].sort((a, b) => b - a);
            const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
            if (contrast < 4.5) faint.push(`${walker.currentNode.data.trim()}: ${contrast.toFixed(2)}`);
          }
          return faint;
        }
        """);

    private void Listen(Uri address)
    {
        Page.Console += (_, message) =>
        {
            // A page with a status of 401 or 404 is one of the things that tests look at; the browser says so in its console.
            if (message.Type is "error" or "warning" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                _complaints.Enqueue(message.Text);
            }
        };
        Page.PageError += (_, error) => _complaints.Enqueue(error);
        Page.Dialog += (_, dialog) => _complaints.Enqueue($"a dialog: {dialog.Message}");
        Page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(address.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                _complaints.Enqueue($"asked elsewhere: {request.Url}");
            }
        };
    }
}
