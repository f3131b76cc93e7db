// Keeps a page up to date while it is open. Without it the page is as good as when it was loaded.
const script = document.querySelector('script[src$="live.js"]')
const watch = script.dataset.watch || ''
const query = new URLSearchParams(watch ? { watch } : location.search)
const source = new EventSource('/live?' + query)

source.addEventListener('counts', (event) => {
  const counts = JSON.parse(event.data)
  document.querySelectorAll('[data-count]').forEach((place) => {
    place.textContent = counts[place.dataset.count] || 0
  })
})

source.addEventListener('changed', async (event) => {
  if (watch) {
    document.getElementById('desk-changed').hidden = !JSON.parse(event.data).watched && document.getElementById('desk-changed').hidden
    return
  }
  const answer = await fetch(location.href)
  if (!answer.ok || answer.redirected) return
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('desk-live')
  const old = document.getElementById('desk-live')
  const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null
  old.replaceWith(document.adoptNode(fresh))
  if (focused) document.querySelector(`#desk-live a[href="${CSS.escape(focused)}"]`)?.focus()
})
