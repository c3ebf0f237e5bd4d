namespace BatchLLM.Postgres.Schema;

/// <summary>A row of <c>schema_migrations</c>.</summary>
/// <param name="Name">The migration's file name.</param>
/// <param name="Sha256">Of the text that was run.</param>
internal sealed record AppliedMigration(string Name, string Sha256);
