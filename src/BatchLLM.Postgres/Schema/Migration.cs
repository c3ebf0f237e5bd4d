using System.Security.Cryptography;
using System.Text;

namespace BatchLLM.Postgres.Schema;

/// <summary>One forward-only step of the schema.</summary>
/// <param name="Name">The file's name; the numbers in front put migrations in order.</param>
/// <param name="Sql">What it runs.</param>
internal sealed record Migration(string Name, string Sql)
{
    /// <summary>Of the text with LF line ends, so that a checkout with CRLF counts as the same.</summary>
    internal string Sha256 => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>The program's own migrations, in order.</summary>
    internal static IReadOnlyList<Migration> Embedded() =>
    [
        .. EmbeddedSql.Paths("migrations").Select(path => new Migration(Path.GetFileName(path), EmbeddedSql.Load(path))),
    ];
}
