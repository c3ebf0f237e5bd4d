using System.Globalization;
using BatchLLM.Dashboard;
using Xunit;

namespace BatchLLM.Tests.Dashboard;

public sealed class LivePageTests
{
    [Fact]
    public void Who_has_seen_nothing_gets_all_and_who_has_seen_all_gets_nothing()
    {
        var page = Page(false, ("a", "1"), ("b", "2"));

        var all = page.Since(null)!;

        Assert.Equal(2, all.Parts.Count);
        Assert.Equal(["a", "b"], all.Lists["list"]);
        Assert.Null(Page(false, ("a", "1"), ("b", "2")).Since(page));
    }

    [Fact]
    public void Only_what_changed_is_sent()
    {
        var update = Page(false, ("b", "2"), ("c", "3"), ("a", "9")).Since(Page(false, ("a", "1"), ("b", "2")))!;

        Assert.Equal(["a", "c"], update.Parts.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["b", "c", "a"], update.Lists["list"]);
    }

    [Fact]
    public void The_end_is_said_though_nothing_else_changed()
    {
        var update = Page(true, ("a", "1")).Since(Page(false, ("a", "1")))!;

        Assert.True(update.Over);
        Assert.Empty(update.Parts);
        Assert.Empty(update.Lists);
    }

    [Fact]
    public void Whoever_applies_all_updates_has_the_page()
    {
        const int Seed = 20261122;
        var random = new Random(Seed);
        var (parts, list) = (new Dictionary<string, string>(), (IReadOnlyList<string>)[]);
        LivePage? seen = null;
        for (var step = 0; step < 200; step++)
        {
            var page = Page(false, [.. Enumerable.Range(0, 8).Where(_ => random.Next(2) == 0).OrderBy(_ => random.Next())
                .Select(id => (id.ToString(CultureInfo.InvariantCulture), random.Next(2).ToString(CultureInfo.InvariantCulture)))]);
            if (page.Since(seen) is { } update)
            {
                foreach (var (id, html) in update.Parts)
                {
                    parts[id] = html;
                }

                list = update.Lists.GetValueOrDefault("list") ?? list;
            }

            seen = page;
            Assert.True(list.SequenceEqual(page.Lists["list"]), $"seed {Seed}, step {step}");
            Assert.True(list.All(id => parts[id] == page.Parts[id]), $"seed {Seed}, step {step}");
        }
    }

    private static LivePage Page(bool isOver, params (string Id, string Html)[] parts) => new(
        parts.ToDictionary(part => part.Id, part => part.Html),
        new Dictionary<string, IReadOnlyList<string>> { ["list"] = [.. parts.Select(part => part.Id)] },
        isOver);
}
