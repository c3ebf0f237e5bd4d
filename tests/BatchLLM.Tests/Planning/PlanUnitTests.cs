using BatchLLM.Planning;
using BatchLLM.Tests.Inference;
using Xunit;

namespace BatchLLM.Tests.Planning;

public sealed class PlanUnitTests
{
    private static readonly int Seed = Random.Shared.Next();

    [Fact]
    public void Rows_that_are_taken_leave_the_others_in_their_order()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 200; round++)
        {
            var left = Enumerable.Range(0, random.Next(1, 30)).ToList();
            var unit = new PlanUnit(null, left.Select(index => TestWindow.Request(index, 1, 1)).ToArray());
            while (left.Count > 0)
            {
                List<int> places = [.. Enumerable.Range(0, left.Count).Where(_ => random.Next(4) == 0)];
                Assert.True(places.Select(place => left[place]).SequenceEqual(unit.Take(places).Select(row => row.Index)), $"seed {Seed}");
                left = [.. left.Where((_, place) => !places.Contains(place))];
                Assert.True(left.Count == 0 || unit.Take()!.Index == left[0], $"seed {Seed}");
                left = [.. left.Skip(1)];
                Assert.True(left.SequenceEqual(unit.Rows.ToArray().Select(row => row.Index)), $"seed {Seed}, round {round}");
            }

            Assert.Null(unit.Take());
        }
    }

    [Fact]
    public void Sorting_orders_what_has_not_started_and_keeps_ties()
    {
        var unit = new PlanUnit(null, Enumerable.Range(0, 5).Select(index => TestWindow.Request(index, 1, 1)).ToArray());
        unit.Take();

        unit.Sort([2, 1, 2, 1]);

        Assert.Equal([2, 4, 1, 3], unit.Rows.ToArray().Select(row => row.Index));
    }
}
