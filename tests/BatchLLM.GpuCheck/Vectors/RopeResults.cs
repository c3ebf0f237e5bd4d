using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Engine.Reference;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>What is to become of <see cref="RopeRows"/>.</summary>
internal sealed class RopeResults
{
    /// <summary>A byte of what must not be written.</summary>
    public const byte Untouched = 0x55;

    private readonly RopeRows _rows;
    private readonly KvPrecision _kv;

    /// <summary>Computes it.</summary>
    public RopeResults(RopeRows rows, KvPrecision kv)
    {
        (_rows, _kv) = (rows, kv);
        var bytes = RopeRows.BlockCount * rows.KvHeads * RopeRows.BlockTokens * rows.HeadDim * (kv == KvPrecision.Fp8 ? 1 : sizeof(ushort));
        Queries = new ushort[RopeRows.Positions.Count * rows.Heads * rows.HeadDim];
        (Keys, Values) = (new byte[bytes], new byte[bytes]);
        Array.Fill(Queries, (ushort)(Untouched | Untouched << 8));
        Array.Fill(Keys, Untouched);
        Array.Fill(Values, Untouched);
        for (var row = 0; row < RopeRows.Positions.Count; row++)
        {
            if (RopeRows.Positions[row] >= 0)
            {
                Write(row);
            }
        }
    }

    /// <summary>BF16 // [rows, heads, head size]</summary>
    public ushort[] Queries { get; }

    /// <summary>// [blocks, kv heads, block tokens, head size]</summary>
    public byte[] Keys { get; }

    /// <summary>// [blocks, kv heads, block tokens, head size]</summary>
    public byte[] Values { get; }

    private void Write(int row)
    {
        for (var head = 0; head < _rows.Heads; head++)
        {
            for (var i = 0; i < _rows.HeadDim; i++)
            {
                Queries[(row * _rows.Heads + head) * _rows.HeadDim + i] =
                    TestRows.Bits(ReferenceRounding.BFloat16(_rows.Turned(row, head, i)));
            }
        }

        for (var head = 0; head < _rows.KvHeads; head++)
        {
            for (var i = 0; i < _rows.HeadDim; i++)
            {
                var place = _rows.Place(row, head) + i;
                Store(Keys, place, _rows.Turned(row, _rows.Heads + head, i), RopeRows.KeyScale);
                Store(Values, place, _rows.At(row, (_rows.Heads + _rows.KvHeads + head) * _rows.HeadDim + i), RopeRows.ValueScale);
            }
        }
    }

    private void Store(byte[] cache, int place, float value, float scale)
    {
        if (_kv == KvPrecision.Fp8)
        {
            cache[place] = E4M3.Encode(value / scale);
        }
        else
        {
            BitConverter.TryWriteBytes(cache.AsSpan(place * 2), TestRows.Bits(ReferenceRounding.BFloat16(value)));
        }
    }
}
