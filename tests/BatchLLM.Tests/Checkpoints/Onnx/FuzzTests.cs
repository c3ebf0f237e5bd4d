using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace BatchLLM.Tests.Checkpoints.Onnx;

/// <summary>Damaged files are refused or read; they never crash the reader, hang it, or read beyond the files.</summary>
public sealed class FuzzTests
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_damaged_graph_is_refused_or_read()
    {
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        var random = new Random(seed);
        using var small = new SmallOnnxModel();
        var intact = File.ReadAllBytes(small.File("model.onnx"));
        var watch = Stopwatch.StartNew();
        for (var run = 0; run < 2000 && watch.Elapsed < Budget; run++)
        {
            File.WriteAllBytes(small.File("model.onnx"), Damage(intact, random));
            try
            {
                Read(small);
            }
            catch (Exception e)
            {
                Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"seed {seed}, run {run}: {e}"));
            }
        }
    }

    private static void Read(SmallOnnxModel small)
    {
        using var model = small.Open(out var problems);
        Assert.True(model is not null || problems.Count > 0);
        foreach (var linear in model?.Parts.Linears.Values ?? [])
        {
            linear.ReadFloats(linear.OutputCount - 1, new float[linear.InputCount]);
        }

        foreach (var tensor in model?.Parts.Tensors.Values ?? [])
        {
            tensor.ReadFloats(tensor.ElementCount - 1, new float[1]);
        }
    }

    private static byte[] Damage(byte[] intact, Random random)
    {
        var bytes = (byte[])intact.Clone();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(bytes.Length);
            bytes[at] = random.Next(3) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(bytes[at] ^ 1 << random.Next(8)),
                _ => (byte)(random.Next(2) == 0 ? 255 : 0),
            };
        }

        return random.Next(10) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }
}
