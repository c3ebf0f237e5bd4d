namespace BatchLLM.Prompts.Templates;

/// <summary>
/// Cuts a template into text and tags, with the white-space rules that checkpoints are written for: trim_blocks and
/// lstrip_blocks on, the last line break of the source dropped.
/// </summary>
internal sealed class TemplateLexer
{
    private readonly string _source;
    private readonly List<TemplateToken> _tokens = [];
    private int _position;
    private int _line = 1;
    private int _counted; // the line number holds for this position
    private bool _lineStart = true; // the previous tag ended with a line break, or there was none

    private TemplateLexer(string source) => _source = source;

    /// <summary>The tokens of a template; the last one is the end.</summary>
    /// <exception cref="BatchLLMException">
    /// A tag or a text in quotes is not closed, or holds an unknown character.
    /// </exception>
    public static List<TemplateToken> Tokenize(string source)
    {
        var lexer = new TemplateLexer(Normalize(source));
        while (lexer.ReadTextAndTag())
        {
        }

        lexer.Add(TemplateTokenKind.End, "");
        return lexer._tokens;
    }

    private static string Normalize(string source)
    {
        source = source.Replace("\r\n", "\n").Replace('\r', '\n');
        return source.EndsWith('\n') ? source[..^1] : source;
    }

    private bool ReadTextAndTag()
    {
        var tag = FindTag();
        var text = _source.AsSpan(_position..tag);
        if (tag == _source.Length)
        {
            AddData(text);
            _position = tag;
            return false;
        }

        var kind = _source[tag + 1];
        var sign = tag + 2 < _source.Length ? _source[tag + 2] : ' ';
        AddData(TrimBefore(text, kind, sign));
        _position = tag + (sign is '-' or '+' ? 3 : 2);
        ReadTag(kind, tag);
        _lineStart = _source[_position - 1] == '\n';
        return true;
    }

    private int FindTag()
    {
        for (var at = _source.IndexOf('{', _position); at >= 0; at = _source.IndexOf('{', at + 1))
        {
            if (at + 1 < _source.Length && _source[at + 1] is '%' or '{' or '#')
            {
                return at;
            }
        }

        return _source.Length;
    }

    private ReadOnlySpan<char> TrimBefore(ReadOnlySpan<char> text, char kind, char sign)
    {
        if (sign == '-')
        {
            return text[..TemplateText.TrimmedEnd(text)];
        }

        var lineStart = text.LastIndexOf('\n') + 1;
        var isIndent = (lineStart > 0 || _lineStart) && TemplateText.TrimmedEnd(text[lineStart..]) == 0;
        return isIndent && sign != '+' && kind != '{' ? text[..lineStart] : text;
    }

    private void ReadTag(char kind, int tag)
    {
        switch (kind)
        {
            case '#':
                SkipComment(tag);
                break;
            case '%':
                Add(TemplateTokenKind.BlockBegin, "{%");
                ReadExpression("%}");
                Add(TemplateTokenKind.BlockEnd, "%}");
                break;
            default:
                Add(TemplateTokenKind.PrintBegin, "{{");
                ReadExpression("}}");
                Add(TemplateTokenKind.PrintEnd, "}}");
                break;
        }
    }

    private void SkipComment(int tag)
    {
        var end = _source.IndexOf("#}", _position, StringComparison.Ordinal);
        if (end < 0)
        {
            _position = tag;
            throw TemplateSyntax.Refuse(CurrentLine(), "a comment without end", "#}");
        }

        var sign = end > _position ? _source[end - 1] : ' ';
        _position = end + 2;
        TrimAfter(sign, isBlock: true);
    }

    private void ReadExpression(string close)
    {
        var open = 0; // brackets: "}}" inside a map is no end of tag
        while (true)
        {
            SkipWhite();
            if (_position == _source.Length)
            {
                throw TemplateSyntax.Refuse(CurrentLine(), "the end of the template inside a tag", close);
            }

            if (open == 0 && TryClose(close))
            {
                return;
            }

            open += ReadToken();
        }
    }

    private bool TryClose(string close)
    {
        var sign = _source[_position];
        var at = sign is '-' or '+' ? _position + 1 : _position;
        if (!_source.AsSpan(at).StartsWith(close))
        {
            return false;
        }

        _position = at + close.Length;
        TrimAfter(sign, isBlock: close == "%}");
        return true;
    }

    private void TrimAfter(char sign, bool isBlock)
    {
        if (sign == '-')
        {
            SkipWhite();
        }
        else if (isBlock && sign != '+' && _position < _source.Length && _source[_position] == '\n')
        {
            _position++;
        }
    }

    private void SkipWhite() =>
        _position = _source.Length - TemplateText.SkipWhite(_source.AsSpan(_position)).Length;

    /// <summary>Reads one token of an expression; the result is the change in open brackets.</summary>
    private int ReadToken()
    {
        var token = ExpressionToken.Read(_source, _position, CurrentLine(), out var end);
        _tokens.Add(token);
        _position = end;
        return token.Kind != TemplateTokenKind.Operator ? 0 : token.Text switch
        {
            "(" or "[" or "{" => 1,
            ")" or "]" or "}" => -1,
            _ => 0,
        };
    }

    private void AddData(ReadOnlySpan<char> text)
    {
        if (!text.IsEmpty)
        {
            Add(TemplateTokenKind.Data, text.ToString());
        }
    }

    private void Add(TemplateTokenKind kind, string text) => _tokens.Add(new TemplateToken(kind, text, CurrentLine()));

    private int CurrentLine()
    {
        if (_position > _counted)
        {
            _line += _source.AsSpan(_counted.._position).Count('\n');
            _counted = _position;
        }

        return _line;
    }
}
