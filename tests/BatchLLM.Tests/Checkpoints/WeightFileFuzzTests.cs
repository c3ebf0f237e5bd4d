using System.Buffers.Binary;
using System.Text;
using BatchLLM.Checkpoints;
using Xunit;

namespace BatchLLM.Tests.Checkpoints;

/// <summary>Randomly damaged weight files: they are read or refused in words, and never crash, hang or read out of range.</summary>
public sealed class WeightFileFuzzTests
{
    private const string File = "fuzz.safetensors";
    private const int Files = 6_000;
    private const int Checkpoints = 300;

    private static readonly string[] Replacements =
    [
        "0", "-1", "1", "2", "4", "16", "255", "2147483648", "4294967296", "9223372036854775807", "18446744073709551616", "1e308", "1.5",
        "null", "true", "\"\"", "{}", "[]", "[[", "}", "\"F8_E4M3\"", "\"U8\"", "\"F4\"", "\"\\ud800\"", "\u0001", ",", ":", "__metadata__",
    ];

    [Fact]
    public void Damaged_headers_lengths_and_offsets_are_refused_or_read()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var copy = new ModelCopy();
        var sound = Sound();
        for (var i = 0; i < Files; i++)
        {
            var damaged = Damage(sound, random);
            System.IO.File.WriteAllBytes(copy.File(File), damaged);
            try
            {
                ReadAll(copy.File(File), damaged.Length);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, file {i}: {e}\n{Convert.ToHexString(damaged)}");
            }
        }
    }

    [Fact]
    public void Damaged_checkpoints_open_or_are_refused()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var copy = ModelCopy.OfCheckpoint("nvfp4-v023");
        var sound = System.IO.File.ReadAllBytes(copy.File("model.safetensors"));
        var refused = 0;
        for (var i = 0; i < Checkpoints; i++)
        {
            System.IO.File.WriteAllBytes(copy.File("model.safetensors"), Damage(sound, random));
            try
            {
                using var model = ModelDirectory.Open(copy.Folder);
                var linear = model.Linear("model.layers.1.mlp.down_proj");
                linear.ReadFloats(0, new float[linear.OutputCount * linear.InputCount]);
            }
            catch (BatchLLMException)
            {
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, checkpoint {i}: {e}");
            }
        }

        Assert.InRange(refused, Checkpoints / 2, Checkpoints); // else the damage did not reach what is checked
    }

    [Fact]
    public void A_deeply_nested_header_is_refused()
    {
        using var copy = new ModelCopy();
        foreach (var open in new[] { "{\"a\":", "{\"a\":[" })
        {
            copy.Write(File, string.Concat(Enumerable.Repeat(open, 1_000_000)), []);
            var problems = new List<string>();
            using var set = new TensorSet();
            set.Add(copy.File(File), problems);
            Assert.Contains(problems, p => p.Contains("not valid JSON", StringComparison.Ordinal));
        }
    }

    // A file without problems must give every byte that its header promises.
    private static void ReadAll(string path, int length)
    {
        var problems = new List<string>();
        using var set = new TensorSet();
        set.Add(path, problems);
        Assert.All(problems, p => Assert.StartsWith(File, p, StringComparison.Ordinal));
        if (problems.Count == 0)
        {
            Assert.All(set.Tensors.Values, t => Assert.InRange(t.ByteCount, 0, length));
            Assert.All(set.Tensors.Values, t => t.ReadBytes(0, new byte[t.ByteCount]));
        }
    }

    private static byte[] Sound()
    {
        const string Header = """
            {"__metadata__":{"format":"pt"},"a.weight":{"dtype":"F8_E4M3","shape":[4,8],"data_offsets":[0,32]},
            "a.weight_scale":{"dtype":"F32","shape":[],"data_offsets":[32,36]},"b":{"dtype":"BF16","shape":[3,2],"data_offsets":[36,48]},
            "e":{"dtype":"U8","shape":[0,7],"data_offsets":[48,48]},"c":{"dtype":"I64","shape":[1],"data_offsets":[48,56]}}
            """;
        return [.. BitConverter.GetBytes((ulong)Header.Length), .. Encoding.ASCII.GetBytes(Header), .. new byte[56]];
    }

    private static byte[] Damage(byte[] sound, Random random)
    {
        var bytes = sound;
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            bytes = DamageOnce(bytes, random);
        }

        return bytes;
    }

    private static byte[] DamageOnce(byte[] sound, Random random)
    {
        var bytes = sound.ToArray();
        if (bytes.Length < 16)
        {
            return bytes;
        }

        var headerEnd = (int)Math.Clamp(BinaryPrimitives.ReadUInt64LittleEndian(bytes), 1UL, (ulong)bytes.Length - 9) + 8;
        var at = random.Next(8, headerEnd);
        switch (random.Next(7))
        {
            case 0:
                bytes[random.Next(8)] = (byte)random.Next(256);
                return bytes;
            case 1:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 3:
                return bytes[..random.Next(bytes.Length)];
            case 4:
                return [.. bytes, .. new byte[random.Next(1, 9)]];
            case 5:
                return WithHeader(bytes, headerEnd, [.. bytes[8..at], .. bytes[random.Next(8, at + 1)..at], .. bytes[at..headerEnd]]);
            default:
                return ReplaceValue(bytes, headerEnd, at, random);
        }
    }

    // A number or word of the header becomes another one, and the header's length stays true: this reaches the checks behind
    // the JSON parser.
    private static byte[] ReplaceValue(byte[] bytes, int headerEnd, int at, Random random)
    {
        var begin = at;
        while (begin < headerEnd && !char.IsAsciiDigit((char)bytes[begin]))
        {
            begin++;
        }

        var end = begin;
        while (end < headerEnd && char.IsAsciiDigit((char)bytes[end]))
        {
            end++;
        }

        var replacement = Encoding.UTF8.GetBytes(Replacements[random.Next(Replacements.Length)]);
        return WithHeader(bytes, headerEnd, [.. bytes[8..begin], .. replacement, .. bytes[end..headerEnd]]);
    }

    private static byte[] WithHeader(byte[] bytes, int headerEnd, byte[] header) =>
        [.. BitConverter.GetBytes((ulong)header.Length), .. header, .. bytes[headerEnd..]];
}
