using ActorLog.Node.Listening;

namespace ActorLog.Node.Tests.Listening;

/// <summary>How long a datagram socket may be left alone.</summary>
public sealed class SocketRestTests
{
    private const int Room = 800;

    [Fact]
    public void ASocketInWhichDatagramsWaitIsReadOnHoweverFewWereTaken()
    {
        var rest = Measured(perMs: 1, out var now);
        Assert.Equal(0, rest.AfterRead(256, isEmpty: false, now + 1));
        Assert.Equal(0, rest.AfterRead(1, isEmpty: false, now + 2));
    }

    [Theory]
    [InlineData(10, 50)]
    [InlineData(16, 50)]
    [InlineData(40, 20)]
    [InlineData(80, 10)]
    [InlineData(160, 5)]
    [InlineData(800, 1)]
    [InlineData(801, 0)]
    public void ItRestsForAsLongAsItsRoomLastsAndNoLongerThanAPause(int perMs, int milliseconds)
    {
        var rest = Measured(perMs, out var now);
        Assert.Equal(milliseconds, rest.AfterRead(0, isEmpty: true, now));
    }

    [Fact]
    public void WhatFollowsALongReadAtOnceDoesNotTellALowRate()
    {
        // 300 a millisecond: twenty milliseconds were read, and the socket was not empty; the next read takes the last few.
        var rest = Measured(300, out var now);
        Assert.Equal(0, rest.AfterRead(6000, isEmpty: false, now += 20));
        Assert.InRange(rest.AfterRead(3, isEmpty: true, now), 1, 2);
        Assert.InRange(rest.AfterRead(40, isEmpty: true, now + 1), 1, 2);
    }

    [Fact]
    public void WhatSendersSendInBurstsIsTakenForItsHighestRate()
    {
        var rest = Measured(400, out var now);
        Assert.InRange(rest.AfterRead(10, isEmpty: true, now += 10), 2, 2);
        Assert.InRange(rest.AfterRead(10, isEmpty: true, now + 10), 2, 3);
    }

    [Fact]
    public void APeakIsForgotten()
    {
        var rest = Measured(400, out var now);
        for (var measure = 0; measure < 60; measure++)
        {
            _ = rest.AfterRead(8, isEmpty: true, now += SocketRest.MeasureMs);
        }

        Assert.Equal(SocketRest.PauseMs, rest.AfterRead(0, isEmpty: true, now));
    }

    [Fact]
    public void AfterAPauseItDoesNotRestBeforeARateIsKnownAgain()
    {
        var rest = Measured(1, out var now);
        now += SocketRest.PauseMs + 1;
        Assert.Equal(0, rest.AfterRead(1, isEmpty: true, now));
        Assert.Equal(0, rest.AfterRead(900, isEmpty: true, now + SocketRest.MeasureMs - 1));
        Assert.Equal(2, rest.AfterRead(700, isEmpty: true, now + SocketRest.MeasureMs));
    }

    [Fact]
    public void WhatItRestsNeverFillsItsRoomWhileTheRateStays()
    {
        // The kernel is played: datagrams come at a rate, a read takes so many a millisecond, and a sleep is as long as it was told.
        foreach (var (room, perMs) in from room in new[] { 20, 166, 819 } from perMs in new[] { 1, 10, 41, 150, 400, 900 } select (room, perMs))
        {
            var rest = new SocketRest(room);
            var (now, waiting) = (1000L, 1);
            for (var turn = 0; turn < 1000; turn++)
            {
                var taken = Math.Min(waiting, 1000);
                var slept = Math.Min(20, rest.AfterRead(taken, isEmpty: taken == waiting, now));
                Assert.InRange(slept * perMs, 0, room);
                var elapsed = slept + (turn % 3 == 0 ? 0 : 1);
                now += elapsed;
                waiting += elapsed * perMs - taken;
            }
        }
    }

    [Fact]
    public void WithoutRoomItNeverRests()
    {
        var rest = new SocketRest(0);
        for (var now = 1000; now < 1200; now += 3)
        {
            Assert.Equal(0, rest.AfterRead(1, isEmpty: true, now));
        }
    }

    /// <summary>One that has just measured a rate.</summary>
    private static SocketRest Measured(int perMs, out long now)
    {
        var rest = new SocketRest(Room);
        now = 1000;
        _ = rest.AfterRead(1, isEmpty: true, now);
        now += SocketRest.MeasureMs;
        _ = rest.AfterRead(perMs * SocketRest.MeasureMs, isEmpty: true, now);
        return rest;
    }
}
