// One key for what a call came to, while the focus is within the person called: nowhere else, so that no key does what nobody meant.
document.querySelectorAll('[data-keys]').forEach((item) => {
  item.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches('input, textarea, select')) return
    const button = item.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`)
    if (button) {
      event.preventDefault()
      button.click()
    }
  })
})

const next = location.hash && document.getElementById(location.hash.slice(1))
if (next && next.matches('[data-keys]') && !document.querySelector('.govuk-error-summary')) next.focus()
