using ActorLog.Node.Links;

namespace ActorLog.Node.Tests.Links;

/// <summary>Which of the handshakes that wait computes next.</summary>
public sealed class HandshakeTurnsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly HandshakeTurns _turns = new(1);

    [Fact]
    public async Task One_that_has_begun_goes_first_and_of_the_others_the_newest()
    {
        await _turns.TakeAsync(false, default);
        Task[] waiting =
        [
            _turns.TakeAsync(false, default), _turns.TakeAsync(false, default),
            _turns.TakeAsync(true, default), _turns.TakeAsync(true, default),
        ];
        Assert.DoesNotContain(waiting, static one => one.IsCompleted);
        foreach (var next in (int[])[2, 3, 1, 0])
        {
            _turns.Give();
            await waiting[next].WaitAsync(Patience);
        }

        // Each has had the turn behind the other: it is free when the last has given it back.
        var another = _turns.TakeAsync(true, default);
        Assert.False(another.IsCompleted);
        _turns.Give();
        await another.WaitAsync(Patience);
    }

    [Fact]
    public async Task Who_waits_no_longer_takes_no_turn_away()
    {
        using var stop = new CancellationTokenSource();
        await _turns.TakeAsync(false, default);
        Task[] gone = [_turns.TakeAsync(true, stop.Token), _turns.TakeAsync(false, stop.Token)];
        var patient = _turns.TakeAsync(false, default);
        await stop.CancelAsync();
        foreach (var one in gone)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one.WaitAsync(Patience));
        }

        _turns.Give();
        await patient.WaitAsync(Patience);
        _turns.Give();
        await _turns.TakeAsync(false, default).WaitAsync(Patience);
    }
}
