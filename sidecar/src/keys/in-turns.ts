/** One value of each source after the other, until all have ended. */
export async function* inTurns<T>(sources: readonly AsyncIterator<T, void>[]): AsyncGenerator<T, void> {
  let open = sources;
  while (open.length > 0) {
    const going: AsyncIterator<T, void>[] = [];
    for (const source of open) {
      const { done, value } = await source.next();
      if (done === true) continue;
      going.push(source);
      yield value;
    }
    open = going;
  }
}
