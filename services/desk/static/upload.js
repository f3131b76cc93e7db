// Sends a file and shows how far it is. Without it the form is sent as any other and the answer comes as a page at the end.
document.addEventListener('submit', (event) => {
  const form = event.target
  if (!('upload' in form.dataset)) return
  event.preventDefault()
  const progress = form.querySelector('progress')
  const words = document.getElementById('upload-words')
  const buttons = form.querySelectorAll('button')
  const show = (text, share) => {
    document.getElementById('upload-progress').hidden = false
    if (words.textContent !== text) words.textContent = text
    progress.value = Math.round(share * 100)
  }
  const failed = () => {
    buttons.forEach((button) => { button.disabled = false })
    show('The connection was lost. Your file is still chosen: send it again.', 0)
  }
  const request = new XMLHttpRequest()
  request.open('POST', form.action)
  request.setRequestHeader('x-progress', '1')
  request.upload.onprogress = (sent) => {
    if (sent.lengthComputable) show('Sending the file', sent.loaded / sent.total / 2)
  }
  request.onprogress = () => {
    const lines = request.responseText.split('\n').slice(0, -1)
    const last = lines.length ? JSON.parse(lines[lines.length - 1]) : {}
    if (last.done) show('Reading its rows', 0.5 + last.done / last.of / 2)
  }
  request.onerror = failed
  request.onload = () => {
    const lines = request.responseText.trim().split('\n')
    let html = request.responseText
    try { html = JSON.parse(lines[lines.length - 1]).page } catch { /* a page as it is: signed out, or something went wrong */ }
    if (!html) return failed()
    const fresh = new DOMParser().parseFromString(html, 'text/html')
    const file = form.querySelector('input[type=file]')
    const place = fresh.querySelector('form[data-upload] input[type=file]')
    const ready = fresh.querySelector('button[value=import]')
    if (place && ready) { // the same file is still chosen
      file.setAttribute('aria-describedby', place.getAttribute('aria-describedby') || '')
      place.replaceWith(document.adoptNode(file))
      const hint = fresh.getElementById('file-hint')
      if (hint) hint.textContent = 'The file that was checked is still chosen.'
    }
    document.title = fresh.title
    document.querySelector('main').replaceWith(document.adoptNode(fresh.querySelector('main')))
    const focus = document.querySelector('.govuk-error-summary') || document.querySelector('#fate') || document.querySelector('main h1')
    if (focus) {
      focus.tabIndex = -1
      focus.focus()
    }
  }
  const data = new FormData(form, event.submitter)
  buttons.forEach((button) => { button.disabled = true })
  show('Sending the file', 0)
  request.send(data)
})
