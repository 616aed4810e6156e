using System.Diagnostics;

namespace ActorLog.Testing.Processes;

/// <summary>Waits for a condition, never for a duration: the limit only bounds a failing test.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Polls until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not hold within the limit; the message says what was waited for.</exception>
    public static Task True(Func<bool> condition, TimeSpan limit, string what) =>
        True(() => Task.FromResult(condition()), limit, () => what);

    /// <summary>Polls until the condition holds; what was waited for is asked when it did not, so that it can say how far it came.</summary>
    public static async Task True(Func<Task<bool>> condition, TimeSpan limit, Func<string> what)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > limit)
            {
                throw new TimeoutException($"not within {limit.TotalSeconds:0.#} s: {what()}");
            }
            await Task.Delay(Pause);
        }
    }
}
