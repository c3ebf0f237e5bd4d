namespace BatchLLM.Rows;

/// <summary>The stable codes of <see cref="RowError"/>, as they stand in output and error files.</summary>
public static class RowErrorCodes
{
    /// <summary>The record is not valid JSON, or not an object.</summary>
    public const string InvalidJson = "invalid_json";

    /// <summary>The record is not valid CSV, or has more or fewer fields than the header.</summary>
    public const string InvalidCsv = "invalid_csv";

    /// <summary>The record or a text value holds bytes that are not UTF-8.</summary>
    public const string InvalidUtf8 = "invalid_utf8";

    /// <summary>The record is longer than a reader accepts.</summary>
    public const string RowTooLong = "row_too_long";

    /// <summary>A placeholder names a column that the row does not have.</summary>
    public const string MissingColumn = "missing_column";

    /// <summary>The prompt is empty: the column is null, blank or absent of text.</summary>
    public const string EmptyPrompt = "empty_prompt";

    /// <summary>The prompt has more tokens than the model's context leaves room for.</summary>
    public const string PromptTooLong = "prompt_too_long";

    /// <summary>A per-row sampling value is outside its range, or of the wrong type.</summary>
    public const string InvalidParameter = "invalid_parameter";

    /// <summary>Another, earlier row of the job has the same id.</summary>
    public const string DuplicateId = "duplicate_id";

    /// <summary>The id column is absent or null in this row.</summary>
    public const string MissingId = "missing_id";

    /// <summary>The request is not one that this job can serve: wrong method or url, or body or messages misshapen.</summary>
    public const string InvalidRequest = "invalid_request";

    /// <summary>The chat template refused the messages.</summary>
    public const string TemplateRefused = "template_refused";

    /// <summary>The engine could not compute this row; the message says why.</summary>
    public const string EngineError = "engine_error";
}
