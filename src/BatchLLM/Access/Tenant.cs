namespace BatchLLM.Access;

/// <summary>Whose jobs there are, with what they have at this moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MostLeasedShards">Shards that workers may hold of its jobs at once; null for any number.</param>
/// <param name="LeasedShards">Those that they hold.</param>
/// <param name="Queued">Its jobs that wait to be planned.</param>
/// <param name="Running">Its jobs that run.</param>
/// <param name="Paused">Its jobs that are paused.</param>
public sealed record Tenant(string Name, int? MostLeasedShards, int LeasedShards, int Queued, int Running, int Paused);
