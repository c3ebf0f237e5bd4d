namespace BatchLLM.Retention;

/// <summary>A schedule, whose jobs to come read what its job file says.</summary>
/// <param name="Name">Its name, which its addresses may hold.</param>
/// <param name="SpecJson">Its job file, the placeholders not filled in, its paths as they were written.</param>
/// <param name="Earliest">The first day that a firing to come can have, on any clock of the world.</param>
public sealed record ComingFirings(string Name, string SpecJson, DateOnly Earliest);
