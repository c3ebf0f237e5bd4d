namespace BatchLLM.Postgres.Schema;

/// <summary>Decides what a database still needs, or why this program must not touch it.</summary>
internal static class MigrationPlan
{
    /// <summary>The first migration that is not applied, or null if there is none.</summary>
    /// <exception cref="BatchLLMException">The database's history is not a part of the program's.</exception>
    internal static Migration? Next(
        IReadOnlyList<Migration> known, IReadOnlyList<AppliedMigration> applied, string database)
    {
        foreach (var one in applied)
        {
            Verify(known.FirstOrDefault(migration => migration.Name == one.Name), one, database);
        }

        return known.FirstOrDefault(migration => applied.All(one => one.Name != migration.Name));
    }

    private static void Verify(Migration? known, AppliedMigration applied, string database)
    {
        if (known is null)
        {
            throw new BatchLLMException(
                $"The database {database} has the migration {applied.Name}, which this program does not know: a newer " +
                "BatchLLM has upgraded it. Use that version or a newer one.");
        }

        if (known.Sha256 != applied.Sha256)
        {
            throw new BatchLLMException(
                $"The migration {applied.Name} was applied to the database {database} with SHA-256 {applied.Sha256}, " +
                $"but this program's copy has {known.Sha256}. An applied migration never changes: use the version of " +
                "BatchLLM that made the database, or another database.");
        }
    }
}
