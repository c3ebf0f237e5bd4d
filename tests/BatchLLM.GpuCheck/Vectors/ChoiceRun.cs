using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Planning;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>Launches choices.</summary>
internal static class ChoiceRun
{
    /// <summary>The tokens that a device chooses from rows of logits. // [rows]</summary>
    public static int[] Tokens(IDevice device, float[][] logits, Sequence[] sequences)
    {
        using var chosen = device.Allocate(logits.Length * sizeof(int));
        return Tokens(device, logits, sequences, chosen, _ => null);
    }

    /// <summary>The same, where the device knows the newest tokens of some rows, and the host does not.</summary>
    /// <param name="device">Chooses.</param>
    /// <param name="logits">// [rows, vocabulary]</param>
    /// <param name="sequences">// [rows]</param>
    /// <param name="chosen">Receives the tokens, and holds those that are pending. // int32 [rows]</param>
    /// <param name="pendingSlot">Where a row's pending token stands; null if it has none.</param>
    public static int[] Tokens(IDevice device, float[][] logits, Sequence[] sequences, DeviceMemory chosen, Func<int, int?> pendingSlot)
    {
        var vocabulary = logits[0].Length;
        var stride = (vocabulary + 15) / 16 * 16;
        var rows = new ChoiceRows();
        var product = new float[logits.Length * stride];
        for (var row = 0; row < logits.Length; row++)
        {
            logits[row].CopyTo(product, row * stride);
            rows.Add(sequences[row], row, pendingSlot(row));
        }

        using var productMemory = device.Store(product);
        Launch(device, productMemory, rows, vocabulary, stride, chosen);
        return device.Read<int>(chosen);
    }

    /// <summary>Launches, and waits.</summary>
    public static void Launch(IDevice device, DeviceMemory product, ChoiceRows rows, int vocabulary, int stride, DeviceMemory chosen)
    {
        using var rowMemory = device.Store(rows.Rows);
        using var tokens = device.Store(rows.PenaltyTokens);
        using var counts = device.Store(rows.PenaltyCounts);
        new Choice(device, ElementType.Float32).Launch(rows.Rows.Length, new ChoiceArguments
        {
            Logits = product.Address,
            Rows = rowMemory.Address,
            PenaltyTokens = tokens.Address,
            PenaltyCounts = counts.Address,
            Chosen = chosen.Address,
            Vocabulary = vocabulary,
            Stride = stride,
            Scale = 1,
        });
        device.Synchronize();
    }
}
