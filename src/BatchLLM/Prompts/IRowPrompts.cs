using BatchLLM.Rows;

namespace BatchLLM.Prompts;

/// <summary>Makes prompts of rows: from the job's templates, a column of messages, or OpenAI batch lines.</summary>
public interface IRowPrompts
{
    /// <summary>The columns it reads, so that readers may leave out the others.</summary>
    IReadOnlyList<string> Columns { get; }

    /// <summary>The column that names a row; null if rows have no id.</summary>
    string? IdColumn { get; }

    /// <summary>The prompt of a readable row.</summary>
    RowPrompt Build(Row row);
}
