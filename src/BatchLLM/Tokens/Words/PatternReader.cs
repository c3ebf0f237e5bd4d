using System.Globalization;
using System.Text;

namespace BatchLLM.Tokens.Words;

/// <summary>The characters of an expression, one after the other.</summary>
internal sealed class PatternReader(string pattern)
{
    private readonly int[] _points = [.. pattern.EnumerateRunes().Select(rune => rune.Value)];
    private int _at;

    /// <summary>True if all has been read.</summary>
    public bool IsAtEnd => _at == _points.Length;

    /// <summary>Reads one character.</summary>
    /// <exception cref="FormatException">The expression ends here.</exception>
    public int Next() => IsAtEnd ? throw Refuse("its end in the middle of a construct") : _points[_at++];

    /// <summary>True if a text comes next.</summary>
    public bool IsNext(string text) =>
        _at + text.Length <= _points.Length && text.Select((unit, index) => _points[_at + index] == unit).All(isEqual => isEqual);

    /// <summary>Reads a text if it comes next.</summary>
    public bool TryRead(string text)
    {
        var isNext = IsNext(text);
        _at += isNext ? text.Length : 0;
        return isNext;
    }

    /// <summary>Reads everything up to a character, and the character.</summary>
    /// <exception cref="FormatException">It does not come any more.</exception>
    public string ReadTo(char end)
    {
        var read = new StringBuilder();
        for (var point = Next(); point != end; point = Next())
        {
            read.Append(new Rune(point));
        }

        return read.ToString();
    }

    /// <summary>Reads an ASCII number if one comes next; a number too large for any use counts as the largest.</summary>
    public int? TryReadNumber()
    {
        int? number = null;
        for (; !IsAtEnd && _points[_at] is >= '0' and <= '9'; _at++)
        {
            number = (int)Math.Min(((number ?? 0) * 10L) + _points[_at] - '0', int.MaxValue);
        }

        return number;
    }

    /// <summary>Reads hexadecimal digits.</summary>
    /// <exception cref="FormatException">There is something else, or the expression ends.</exception>
    public int ReadHex(int digits) => ToCodePoint(string.Concat(Enumerable.Range(0, digits).Select(_ => new Rune(Next()))));

    /// <summary>The code point that a text spells in hexadecimal.</summary>
    /// <exception cref="FormatException">It spells none.</exception>
    public int ToCodePoint(string hex) =>
        int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point) && Rune.IsValid(point)
            ? point
            : throw Refuse($"{hex} in place of a code point");

    /// <summary>Where the reader stands, to come back to.</summary>
    public int Mark() => _at;

    /// <summary>Goes back to a place.</summary>
    public void Return(int mark) => _at = mark;

    /// <summary>The refusal of what has just been read.</summary>
    /// <param name="found">What it is.</param>
    public FormatException Refuse(string found) =>
        new(string.Create(CultureInfo.InvariantCulture, $"character {_at} ends {found}, which is not supported"));
}
