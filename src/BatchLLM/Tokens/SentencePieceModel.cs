using System.Text;

namespace BatchLLM.Tokens;

/// <summary>What a SentencePiece model file says.</summary>
/// <remarks>Source: sentencepiece_model.proto of the SentencePiece library; its numbers of fields and defaults.</remarks>
internal sealed class SentencePieceModel
{
    private const int Bpe = 2;

    private readonly string _name;
    private int _modelType = 1;
    private bool _escapesSpaces = true;
    private bool _hasCharacterMap;
    private bool _putsSpacesBehind;

    private SentencePieceModel(string name) => _name = name;

    /// <summary>The pieces by id.</summary>
    public List<SentencePiece> Pieces { get; } = [];

    /// <summary>True if characters without a piece become bytes.</summary>
    public bool BytesFallBack { get; private set; }

    /// <summary>True if a text gets a space in front.</summary>
    public bool AddsSpace { get; private set; } = true;

    /// <summary>True if spaces at the ends and repeated ones are dropped.</summary>
    public bool DropsSpaces { get; private set; } = true;

    /// <summary>The piece that begins a text; negative for none.</summary>
    public int FirstPiece { get; private set; } = 1;

    /// <summary>Reads a file.</summary>
    /// <exception cref="BatchLLMException">The file is damaged, or is no byte-pair model that keeps text as it is.</exception>
    public static SentencePieceModel Read(ReadOnlySpan<byte> file, string name)
    {
        var model = new SentencePieceModel(name);
        try
        {
            for (var fields = new WireReader(file); fields.Read();)
            {
                model.ReadField(fields.Field, fields.Content);
            }
        }
        catch (FormatException exception)
        {
            throw new BatchLLMException(
                $"{name} is no whole SentencePiece model: {exception.Message}. Copy the file again.", innerException: exception);
        }

        model.RequireSupported();
        return model;
    }

    private void ReadField(int field, ReadOnlySpan<byte> content)
    {
        switch (field)
        {
            case 1:
                Pieces.Add(ReadPiece(content));
                break;
            case 2:
                ReadTrainer(content);
                break;
            case 3:
                ReadNormalizer(content);
                break;
        }
    }

    private static SentencePiece ReadPiece(ReadOnlySpan<byte> message)
    {
        var piece = new SentencePiece("", 0, SentencePieceKind.Normal);
        for (var fields = new WireReader(message); fields.Read();)
        {
            piece = fields.Field switch
            {
                1 => piece with { Text = Encoding.UTF8.GetString(fields.Content) },
                2 => piece with { Score = fields.Single },
                3 => piece with { Kind = (SentencePieceKind)fields.Number },
                _ => piece,
            };
        }

        return piece;
    }

    private void ReadTrainer(ReadOnlySpan<byte> message)
    {
        for (var fields = new WireReader(message); fields.Read();)
        {
            switch (fields.Field)
            {
                case 3:
                    _modelType = (int)fields.Number;
                    break;
                case 24:
                    _putsSpacesBehind = fields.Number != 0;
                    break;
                case 35:
                    BytesFallBack = fields.Number != 0;
                    break;
                case 41:
                    FirstPiece = (int)fields.Number;
                    break;
            }
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> message)
    {
        for (var fields = new WireReader(message); fields.Read();)
        {
            switch (fields.Field)
            {
                case 2:
                    _hasCharacterMap = fields.Content.Length > 0;
                    break;
                case 3:
                    AddsSpace = fields.Number != 0;
                    break;
                case 4:
                    DropsSpaces = fields.Number != 0;
                    break;
                case 5:
                    _escapesSpaces = fields.Number != 0;
                    break;
            }
        }
    }

    private void RequireSupported()
    {
        var found = Pieces.Count == 0 ? "no pieces"
            : _modelType != Bpe ? $"model_type {_modelType}; expected {Bpe}, byte-pair encoding"
            : _hasCharacterMap ? "a precompiled_charsmap; expected none (normalizer identity)"
            : !_escapesSpaces ? "escape_whitespaces false; expected true"
            : _putsSpacesBehind ? "treat_whitespace_as_suffix true; expected false"
            : FirstPiece >= Pieces.Count ? $"bos_id {FirstPiece}; expected less than the {Pieces.Count} pieces"
            : Pieces.FindIndex(piece => piece.Text.Length == 0 || !Enum.IsDefined(piece.Kind) || float.IsNaN(piece.Score))
                is >= 0 and var id ? $"a damaged piece {id}; expected a text, a score and a known type"
            : null;
        if (found is not null)
        {
            throw new BatchLLMException(
                $"{_name} (SentencePiece): found {found}. Use the tokenizer.json of a conversion of the model.");
        }
    }
}
