using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.Engine.Reference;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

public sealed class RopeStoreTests
{
    private const int BlockTokens = 16;
    private const int BlockCount = 5;
    private const float KeyScale = 0.03f;
    private const float ValueScale = 0.002f;
    private const byte Untouched = 0x55;

    // Positions of one slice across a block's border, one of another, and a row that fills the step up.
    private static readonly int[] Positions = [15, 16, 17, 3, -1];
    private static readonly int[] Slices = [0, 0, 0, 1, 0];
    private static readonly int[,] Tables = { { 4, 2 }, { 1, 0 } };

    [Theory]
    [InlineData(8, 4, 32)]
    [InlineData(3, 3, 64)]
    [InlineData(8, 1, 128)]
    [InlineData(2, 1, 80)]
    public void Queries_turn_and_keys_and_values_stand_in_their_blocks(int heads, int kvHeads, int headDim)
    {
        foreach (var kv in new[] { KvPrecision.Fp8, KvPrecision.Bf16 })
        {
            Check(ElementType.BFloat16, kv, heads, kvHeads, headDim, scaled: true);
            Check(ElementType.Int32, kv, heads, kvHeads, headDim, scaled: false);
        }
    }

    // Every number is the same bits: nothing here is approximate, and no sum has more than two terms.
    private static void Check(ElementType type, KvPrecision kv, int heads, int kvHeads, int headDim, bool scaled)
    {
        var (rows, columns, half) = (Positions.Length, (heads + 2 * kvHeads) * headDim, headDim / 2);
        var bytes = kv == KvPrecision.Fp8 ? 1 : 2;
        byte[] keys = [], values = [];
        ushort[] queries = [];
        var read = EveryOrder.Run(device =>
        {
            var random = new Random(heads * headDim);
            var (product, productMemory) = TestRows.Product(device, random, type, rows * columns);
            var (rowScales, columnScales) = (TestRows.Scales(random, rows), TestRows.Scales(random, columns));
            var (cosines, sines) = (TestRows.Values(random, 32 * half), TestRows.Values(random, 32 * half));
            var scale = type == ElementType.Int32 ? 1e-9f : 1.25f;
            float At(int row, int column) => scaled
                ? product[row * columns + column] * (scale * rowScales[row]) * columnScales[column]
                : product[row * columns + column] * scale;
            float Turned(int row, int head, int i)
            {
                var (first, second) = (At(row, head * headDim + i % half), At(row, head * headDim + i % half + half));
                var (cosine, sine) = (cosines[Positions[row] * half + i % half], sines[Positions[row] * half + i % half]);
                return i < half ? first * cosine - second * sine : second * cosine + first * sine;
            }

            var cacheBytes = BlockCount * kvHeads * BlockTokens * headDim * bytes;
            (keys, values) = (new byte[cacheBytes], new byte[cacheBytes]);
            Array.Fill(keys, Untouched);
            Array.Fill(values, Untouched);
            queries = new ushort[rows * heads * headDim];
            Array.Fill(queries, (ushort)0xFFFF);
            for (var row = 0; row < rows; row++)
            {
                if (Positions[row] < 0)
                {
                    continue;
                }

                var block = Tables[Slices[row], Positions[row] / BlockTokens];
                for (var head = 0; head < heads + kvHeads; head++)
                {
                    for (var i = 0; i < headDim; i++)
                    {
                        var place = ((block * kvHeads + head % kvHeads) * BlockTokens + Positions[row] % BlockTokens) * headDim + i;
                        if (head < heads)
                        {
                            queries[(row * heads + head) * headDim + i] = TestRows.Bits(ReferenceRounding.BFloat16(Turned(row, head, i)));
                        }
                        else
                        {
                            place = ((block * kvHeads + head - heads) * BlockTokens + Positions[row] % BlockTokens) * headDim + i;
                            Store(keys, place, Turned(row, head, i), kv, KeyScale);
                            Store(values, place, At(row, (head + kvHeads) * headDim + i), kv, ValueScale);
                        }
                    }
                }
            }

            using var rowMemory = device.Store(rowScales);
            using var columnMemory = device.Store(columnScales);
            using var cosineMemory = device.Store(cosines);
            using var sineMemory = device.Store(sines);
            using var positions = device.Store(Positions);
            using var slices = device.Store(Slices);
            using var tables = device.Store(Tables.Cast<int>().ToArray());
            using var queryMemory = device.Allocate(queries.Length * sizeof(ushort));
            using var keyMemory = device.Allocate(cacheBytes);
            using var valueMemory = device.Allocate(cacheBytes);
            device.Fill(keyMemory.Address, Untouched, cacheBytes);
            device.Fill(valueMemory.Address, Untouched, cacheBytes);
            new RopeStore(device, type, kv).Launch(rows, new RopeStoreArguments
            {
                Product = productMemory.Address,
                RowScales = scaled ? rowMemory.Address : 0,
                ColumnScales = scaled ? columnMemory.Address : 0,
                Cosines = cosineMemory.Address,
                Sines = sineMemory.Address,
                Positions = positions.Address,
                Slices = slices.Address,
                BlockTables = tables.Address,
                Queries = queryMemory.Address,
                Keys = keyMemory.Address,
                Values = valueMemory.Address,
                Heads = heads,
                KvHeads = kvHeads,
                HeadDim = headDim,
                TableStride = 2,
                BlockTokens = BlockTokens,
                ProductScale = scale,
                KeyScale = KeyScale,
                ValueScale = ValueScale,
            });
            productMemory.Dispose();
            Assert.Equal(queries, device.Read<ushort>(queryMemory));
            Assert.Equal(keys, device.Read<byte>(keyMemory));
            return device.Read<byte>(valueMemory);
        });
        Assert.Equal(values, read);
    }

    private static void Store(byte[] cache, int place, float value, KvPrecision kv, float scale)
    {
        if (kv == KvPrecision.Fp8)
        {
            cache[place] = E4M3.Encode(value / scale);
        }
        else
        {
            BitConverter.TryWriteBytes(cache.AsSpan(place * 2), TestRows.Bits(ReferenceRounding.BFloat16(value)));
        }
    }
}
