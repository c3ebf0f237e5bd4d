using BatchLLM.Cuda.Kernels;
using BatchLLM.Inference;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

public sealed class ChoiceRowsTests
{
    [Fact]
    public void What_penalties_count_is_the_same_step_by_step_and_at_once()
    {
        var random = new Random(1);
        var sampling = new SamplingParameters { RepetitionPenalty = 1.2 };
        Sequence[] sequences =
        [
            .. Enumerable.Range(0, 12).Select(row => new Sequence(
                new InferenceRequest(row, 0, [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(20))], sampling), 200)),
        ];
        var kept = new ChoiceRows();
        for (var step = 0; step < 150; step++)
        {
            // Rows come, go, miss steps, and know one token more or several.
            Sequence[] rows = [.. sequences.Where(_ => random.Next(4) > 0)];
            kept.Clear();
            Array.ForEach(rows, row => kept.Add(row, 0));
            for (var row = 0; row < rows.Length; row++)
            {
                Assert.Equal(Counted(rows[row]), Listed(kept, kept.Rows[row]));
            }

            Array.ForEach(rows, row => row.Append(random.Next(20)));
            if (random.Next(20) == 0)
            {
                kept.Forget();
            }
        }
    }

    private static Dictionary<int, int> Counted(Sequence sequence) => sequence.Tokens.ToArray().Distinct().ToDictionary(
        token => token, token => sequence.Generated.ToArray().Count(other => other == token));

    private static Dictionary<int, int> Listed(ChoiceRows rows, ChoiceRow row)
    {
        var listed = new Dictionary<int, int>();
        for (var i = row.PenaltyStart; i < row.PenaltyStart + row.PenaltyCount; i++)
        {
            listed.Add(rows.PenaltyTokens[i], rows.PenaltyCounts[i]);
        }

        return listed;
    }
}
