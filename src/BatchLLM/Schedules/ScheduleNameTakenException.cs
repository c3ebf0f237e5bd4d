namespace BatchLLM.Schedules;

/// <summary>A tenant has a schedule of that name already.</summary>
/// <param name="name">The name.</param>
public sealed class ScheduleNameTakenException(string name) : BatchLLMException(
    $"There is another schedule '{name}'. Choose a new name, or change that one.");
