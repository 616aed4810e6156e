using ActorLog.Node.Listening;

namespace ActorLog.Node.Tests.Listening;

/// <summary>How long a datagram socket may be left alone.</summary>
public sealed class SocketRestTests
{
    [Fact]
    public void ASocketInWhichDatagramsWaitIsReadOnHoweverFewWereTaken()
    {
        var rest = new SocketRest(800);
        Assert.Equal(0, rest.AfterRead(256, isEmpty: false, 10));
        Assert.Equal(0, rest.AfterRead(1, isEmpty: false, 20));
    }

    [Theory]
    [InlineData(100, 80)]
    [InlineData(400, 20)]
    [InlineData(800, 10)]
    [InlineData(1600, 5)]
    [InlineData(8000, 1)]
    [InlineData(8001, 0)]
    public void ItRestsForAsLongAsItsRoomLastsAtTheRateOfTheLastTurn(int received, int milliseconds)
    {
        var rest = new SocketRest(800);
        _ = rest.AfterRead(1, isEmpty: true, 1000);
        Assert.Equal(milliseconds, rest.AfterRead(received, isEmpty: true, 1010));
    }

    [Fact]
    public void WhatItRestsNeverFillsItsRoomWhileTheRateStays()
    {
        foreach (var (room, perMs) in from room in new[] { 20, 166, 819 } from perMs in new[] { 1, 10, 41, 150, 400, 900 } select (room, perMs))
        {
            var rest = new SocketRest(room);
            var (now, slept) = (1000L, 1);
            _ = rest.AfterRead(1, isEmpty: true, now);
            for (var turn = 0; turn < 100; turn++)
            {
                now += Math.Max(1, slept);
                var received = perMs * Math.Max(1, slept);
                slept = Math.Min(10, rest.AfterRead(received, isEmpty: true, now));
                Assert.InRange(slept * perMs, 0, room);
            }
        }
    }

    [Fact]
    public void WithoutRoomItNeverRestsAndTimeThatStandsStillIsAMillisecond()
    {
        Assert.Equal(0, new SocketRest(0).AfterRead(1, isEmpty: true, 1000));
        var rest = new SocketRest(10);
        _ = rest.AfterRead(1, isEmpty: true, 1000);
        Assert.Equal(10, rest.AfterRead(1, isEmpty: true, 1000));
        Assert.Equal(10, rest.AfterRead(0, isEmpty: true, 1000));
    }
}
